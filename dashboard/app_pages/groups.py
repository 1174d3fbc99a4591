"""Groups: tune the number of groups; every position is a look-up of what the run computed."""

import streamlit as st
from dashboard.group_cards import show_cards
from dashboard.look_up import mixture_choices, steady_labels

from core.grouping import rank_groupings
from core.grouping.order import order_tasks
from dashboard.charts.co_assignment import draw_co_assignment
from dashboard.charts.membership_bars import draw_memberships
from dashboard.charts.selection_curves import draw_selection_curves
from dashboard.components import show_chart
from dashboard.jobs import require_report
from dashboard.results import current_run
from dashboard.session import bound, change_view, is_dark, view
from dashboard.tables import alternative_rows
from dashboard.words import plain

run = current_run()
report = require_report(run)
choices = mixture_choices(report)
best = report.recommended.grouping
sizes = sorted({n for _, n in choices})
change_view(
    covariance=view().covariance or best.covariance or "diag",
    n_components=min(max(view().n_components or best.n_components, sizes[0]), sizes[-1]),
)
with st.container(horizontal=True, vertical_alignment="bottom"):
    n_components = st.slider(
        "Number of groups", sizes[0], max(sizes[-1], sizes[0] + 1), **bound("n_components")
    )
    covariance = st.segmented_control(
        "Shape of a group (covariance)",
        list(dict.fromkeys(kind for kind, _ in choices)),
        required=True,
        **bound("covariance"),
        help="How a group of tasks may be spread in the embedding; diagonal is a good start.",
    )
    if st.button("Back to the recommendation", key="reset"):
        change_view(n_components=0, covariance="")
        st.rerun()
chosen = choices[covariance, min(n_components, sizes[-1])]
labels = steady_labels(report, covariance)[chosen.n_components]
if (chosen.labels == best.labels).all():
    st.success(plain(report.recommended.reason), icon=":material/recommend:", title="Recommended")
else:
    st.info("You are looking at an alternative to the recommendation.", icon=":material/explore:")
show_cards(chosen, labels, report)
st.subheader("How many groups?")
show_chart(
    draw_selection_curves(report.groupings, covariance, chosen.n_components, dark=is_dark()),
    key="curves",
)
left, right = st.columns(2)
with left:
    st.subheader("How clearly does each task belong?")
    show_chart(draw_memberships(chosen, labels, report.task_names, dark=is_dark()), key="members")
with right:
    st.subheader("How often do two tasks stay together?")
    order = order_tasks(report.affinity.similarity, chosen.labels)
    show_chart(
        draw_co_assignment(chosen, labels, report.task_names, order, dark=is_dark()), key="together"
    )
st.subheader("Other ways to group, the best first")
st.dataframe(
    alternative_rows(rank_groupings(report.groupings), report.task_names),
    hide_index=True,
    alt="Alternative groupings, ranked",
)
