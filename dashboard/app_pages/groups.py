"""Groups: tune the number of groups; every position is a look-up of what the run computed."""

import streamlit as st

from core.grouping import rank_groupings
from core.grouping.order import order_tasks
from dashboard.charts.co_assignment import draw_co_assignment
from dashboard.charts.membership_bars import draw_memberships
from dashboard.charts.selection_curves import draw_selection_curves
from dashboard.components import show_chart
from dashboard.group_cards import show_cards
from dashboard.jobs import require_report
from dashboard.look_up import mixture_choices, same_partition, steady_labels
from dashboard.results import current_run
from dashboard.session import bound, change_view, is_dark, view
from dashboard.tables import alternative_rows
from dashboard.words import plain

run = current_run()
report = require_report(run)
names, best = report.task_names, report.recommended.grouping
choices = mixture_choices(report)
covariance = view().covariance if view().covariance in choices else best.covariance or "diag"
sizes = sorted(choices[covariance])
start = min(max(view().n_components or best.n_components, sizes[0]), sizes[-1])
change_view(covariance=covariance, n_components=start)
with st.container(horizontal=True, vertical_alignment="bottom"):
    n_components = st.slider("Number of groups", sizes[0], sizes[-1], **bound("n_components"))
    covariance = st.segmented_control(
        "Shape of a group (covariance)",
        list(choices),
        required=True,
        **bound("covariance"),
        help="How a group of tasks may be spread in the embedding; diagonal is a good start.",
    )
    st.button(
        "Back to the recommendation",
        on_click=change_view,
        kwargs={"n_components": 0, "covariance": ""},
        key="reset",
    )
chosen = choices[covariance][n_components]
labels = steady_labels(report, choices[covariance])[n_components]
if same_partition(chosen, best):
    st.success(plain(report.recommended.reason), icon=":material/recommend:", title="Recommended")
else:
    st.info("An alternative to the recommendation.", icon=":material/explore:")
show_cards(chosen, labels, names, len(report.affinity.replicates))
st.subheader("How many groups?")
show_chart(
    draw_selection_curves(report.groupings, covariance, n_components, dark=is_dark()), key="curves"
)
left, right = st.columns(2)
order = order_tasks(report.affinity.similarity, chosen.labels)
with left:
    st.subheader("How clearly does each task belong?")
    show_chart(draw_memberships(chosen, labels, names, dark=is_dark()), key="members")
with right:
    st.subheader("How often do two tasks stay together?")
    chart = draw_co_assignment(chosen, labels, names, order, dark=is_dark())
    show_chart(chart, key="together")
st.subheader("Other ways to group, the best first")
st.dataframe(
    alternative_rows(rank_groupings(report.groupings), names),
    hide_index=True,
    alt="Alternative groupings, ranked",
)
