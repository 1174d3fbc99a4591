"""The number of groups and the way to group, and all that follows; nothing else is redrawn."""

import streamlit as st

from core.grouping.order import order_tasks
from core.values import Grouping, Report
from dashboard.charts.co_assignment import draw_co_assignment
from dashboard.charts.members_flow import draw_members_flow
from dashboard.charts.membership_bars import draw_memberships
from dashboard.charts.selection_curves import draw_selection_curves
from dashboard.components import show_chart
from dashboard.group_cards import show_cards
from dashboard.look_up import first_choice, same_partition, steady_labels, way_of, ways_to_group
from dashboard.session import bound, change_view, is_dark, view
from dashboard.widgets import pick_one
from dashboard.words import WAYS


@st.fragment
def tune_groups(report: Report) -> None:
    """The controls, the groups they give, and the pictures of these groups."""
    ways = ways_to_group(report)
    way, n_components = _choose(report, ways)
    chosen = ways[way][n_components]
    labels = steady_labels(report, ways[way])[n_components]
    if same_partition(chosen, report.recommended.grouping):
        st.success("This is the recommended grouping.", icon=":material/recommend:")
    else:
        st.info("This is not the recommendation.", icon=":material/explore:")
    names = report.task_names
    show_cards(chosen, labels, names, len(report.affinity.replicates))
    if len(ways[way]) > 1:
        st.subheader("How many groups?")
        curves = draw_selection_curves(
            report.groupings, way, n_components, titles=WAYS, dark=is_dark()
        )
        show_chart(curves, key="curves")
    _show_flow(ways[way], names)
    left, right = st.columns(2)
    with left:
        st.subheader("How clearly does each task belong?")
        show_chart(draw_memberships(chosen, labels, names, dark=is_dark()), key="members")
    with right:
        st.subheader("How often do two tasks stay together?")
        order = order_tasks(report.affinity.similarity, chosen.labels)
        chart = draw_co_assignment(chosen, labels, names, order, dark=is_dark())
        show_chart(chart, key="together")


def _choose(report: Report, ways: dict[str, dict[int, Grouping]]) -> tuple[str, int]:
    """The way to group and the number of groups that the visitor picks."""
    first = first_choice(report)
    way = view().way if view().way in ways else way_of(first)
    sizes = sorted(ways[way])
    start = min(max(view().n_components or first.n_components, sizes[0]), sizes[-1])
    change_view(way=way, n_components=start)
    n_components = sizes[0]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if len(sizes) > 1:
            n_components = st.slider(
                "Number of groups", sizes[0], sizes[-1], **bound("n_components")
            )
        pick_one(
            "Way to group",
            list(ways),
            format_func=lambda key: WAYS.get(key, key),
            **bound("way"),
            help="The mixture's groups may be spread in four shapes; average linkage joins the "
            "most similar tasks step by step.",
        )
        reset = {"n_components": 0, "way": ""}
        st.button("Back to the first choice", on_click=change_view, kwargs=reset, key="reset")
    return way, n_components


def _show_flow(choices: dict[int, Grouping], names: tuple[str, ...]) -> None:
    """How the members move, drawn while it is unfolded."""
    flow = st.expander("How the members move as groups are added", key="flow", on_change="rerun")
    if flow.open:
        with flow:
            steps = [choices[size] for size in sorted(choices)]
            show_chart(draw_members_flow(steps, names, dark=is_dark()), key="members_flow")
