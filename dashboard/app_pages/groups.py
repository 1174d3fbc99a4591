"""Groups: tune the number of groups; every position is a look-up of what the run computed."""

import streamlit as st

from core.grouping import rank_groupings
from core.grouping.order import order_tasks
from dashboard.answer import show_advice
from dashboard.charts.co_assignment import draw_co_assignment
from dashboard.charts.members_flow import draw_members_flow
from dashboard.charts.membership_bars import draw_memberships
from dashboard.charts.selection_curves import draw_selection_curves
from dashboard.components import show_chart
from dashboard.group_cards import show_cards
from dashboard.jobs import require_report
from dashboard.look_up import first_choice, same_partition, steady_labels, way_of, ways_to_group
from dashboard.results import current_run
from dashboard.session import bound, change_view, is_dark, view
from dashboard.tables import alternative_rows
from dashboard.words import WAYS

run = current_run()
report = require_report(run)
names, best = report.task_names, report.recommended.grouping
ways, first = ways_to_group(report), first_choice(report)
way = view().way if view().way in ways else way_of(first)
sizes = sorted(ways[way])
start = min(max(view().n_components or first.n_components, sizes[0]), sizes[-1])
change_view(way=way, n_components=start)
show_advice(report)
with st.container(horizontal=True, vertical_alignment="bottom"):
    n_components = sizes[0]
    if len(sizes) > 1:
        n_components = st.slider("Number of groups", sizes[0], sizes[-1], **bound("n_components"))
    st.segmented_control(
        "Way to group",
        list(ways),
        format_func=lambda key: WAYS.get(key, key),
        required=True,
        **bound("way"),
        help="The mixture's groups may be spread in four shapes; average linkage joins the most "
        "similar tasks step by step.",
    )
    reset = {"n_components": 0, "way": ""}
    st.button("Back to the first choice", on_click=change_view, kwargs=reset, key="reset")
chosen = ways[way][n_components]
labels = steady_labels(report, ways[way])[n_components]
if same_partition(chosen, best):
    st.success("This is the recommended grouping.", icon=":material/recommend:")
else:
    st.info("This is not the recommendation.", icon=":material/explore:")
show_cards(chosen, labels, names, len(report.affinity.replicates))
if len(sizes) > 1:
    st.subheader("How many groups?")
    line = way.replace("_", " ")
    curves = draw_selection_curves(report.groupings, line, n_components, dark=is_dark())
    show_chart(curves, key="curves")
flow = st.expander("How the members move as groups are added", key="flow", on_change="rerun")
if flow.open:
    with flow:
        steps = [ways[way][size] for size in sizes]
        show_chart(draw_members_flow(steps, names, dark=is_dark()), key="members_flow")
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
