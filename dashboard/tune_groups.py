"""The number of groups and the way to group, and all that follows; nothing else is redrawn."""

from typing import Any

import numpy as np
import streamlit as st

from core.values import Decision, Grouping, Report
from dashboard.charts.chart import Chart
from dashboard.charts.matrix import MOST_BESIDE
from dashboard.charts.members_flow import draw_members_flow
from dashboard.components import show_chart
from dashboard.figures import Charts, draw_groups_page
from dashboard.gain_curve import show_gain_curve
from dashboard.group_cards import show_alone, show_cards
from dashboard.look_up import Shown, look_up, same_partition, ways_to_group
from dashboard.session import bound, change_view, is_dark, view
from dashboard.shown import marked_tasks
from dashboard.source import show_missing
from dashboard.widgets import pick_one
from dashboard.words import WAYS


@st.fragment
def tune_groups(report: Report) -> None:
    """The controls, the groups they give, and the pictures of these groups."""
    shown = look_up(report, view().way, view().n_components)
    _choose(report, shown)
    charts = draw_groups_page(report, view(), dark=is_dark())
    if same_partition(shown.grouping, report.recommended.grouping):
        st.success(_as_advised(report.recommended.decision), icon=":material/recommend:")
    else:
        st.info(for_a_look(report.recommended.decision), icon=":material/explore:")
    names = report.task_names
    marked = marked_tasks(names, view())
    if shown.is_alone:
        show_alone(names, marked)
    else:
        show_cards(shown.grouping, shown.labels, names, len(report.affinity.replicates), marked)
    if "curves" in charts:
        st.subheader("How many groups?")
        show_chart(charts["curves"], key="curves")
    if "gain" in charts and report.evidence is not None:
        show_gain_curve(charts["gain"], report.evidence)
    _show_flow(list(shown.steps().values()), names)
    if not shown.is_alone:
        _show_groups(report, charts)


def _show_groups(report: Report, charts: Charts) -> None:
    """How sure each task's place is."""
    is_large = len(report.task_names) > MOST_BESIDE
    left, right = [st.container()] * 2 if is_large else st.columns(2)
    with left:
        st.subheader("How clearly does each task belong?")
        show_chart(charts["members"], key="members")
    with right:
        st.subheader("How often do two tasks stay together?")
        if not len(report.affinity.replicates):
            show_missing("re-runs")
        elif is_large:
            _show_large(charts["together"])
        else:
            show_chart(charts["together"], key="together")


def _show_large(chart: Chart[Any]) -> None:
    """A matrix of many tasks while it is unfolded: its cells would slow the slider down."""
    folded = st.expander("Every pair of tasks", key="every_pair", on_change="rerun")
    if folded.open:
        with folded:
            show_chart(chart, key="together")


def _as_advised(decision: Decision) -> str:
    """What is on show where it is the recommendation, which may be no grouping at all."""
    look = "Move the slider to look at groups all the same."
    return {
        Decision.ALONE: f"This is the recommendation: each task alone. {look}",
        Decision.TOGETHER: f"This is the recommendation: all tasks together. {look}",
    }.get(decision, "This is the recommended grouping.")


def for_a_look(decision: Decision) -> str:
    """What a grouping on show is beside the recommendation, which may be no grouping at all."""
    return {
        Decision.ALONE: "Here for a look only: the recommendation is each task alone.",
        Decision.TOGETHER: "Here for a look only: the recommendation is all tasks together.",
    }.get(decision, "This is not the recommendation.")


def _choose(report: Report, shown: Shown) -> None:
    """The controls for the way to group and the number of groups."""
    sizes = sorted(shown.choices)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if len(sizes) > 1:
            st.select_slider(
                "Number of groups",
                sizes,
                format_func=lambda size: _size_in_words(shown.choices[size], size),
                **bound("n_components", shown.n_components),
            )
        pick_one(
            "Way to group",
            list(ways_to_group(report)),
            format_func=lambda key: WAYS.get(key, key),
            **bound("way", shown.way),
            help="The mixture's groups may be spread in four shapes; average linkage joins the "
            "most similar tasks step by step; what training found stands by itself.",
        )
        reset = {"n_components": 0, "way": ""}
        st.button("Back to the first choice", on_click=change_view, kwargs=reset, key="reset")


def _size_in_words(grouping: Grouping, size: int) -> str:
    """A number of groups, and what it amounts to at its end."""
    return f"{size}, each alone" if grouping.method == "alone" else str(size)


def _show_flow(steps: list[np.ndarray], names: tuple[str, ...]) -> None:
    """How the members move, drawn while it is unfolded."""
    flow = st.expander("How the members move as groups are added", key="flow", on_change="rerun")
    if flow.open:
        with flow:
            flow_chart = draw_members_flow(steps, names, dark=is_dark())
            show_chart(flow_chart, key="members_flow")
