"""The answer of a run in one card: the groups, how sure, and where to read on."""

import streamlit as st

from core.runs import Run
from core.values import Decision, Report
from dashboard.group_cards import show_cards
from dashboard.jobs import find_report
from dashboard.session import address, view
from dashboard.shown import marked_tasks
from dashboard.source import samples_used
from dashboard.words import sentence

MOST_CARDS = 8

_HEADLINE = {
    Decision.ALONE: "Train each task alone",
    Decision.TOGETHER: "Train all tasks together",
    Decision.GROUPED: "Train these tasks in groups",
}


def show_answer(run: Run) -> None:
    """The recommendation of a run, or how its computation goes."""
    with st.container(border=True):
        report = find_report(run)
        if report is None:
            return
        best = report.recommended.grouping
        show_advice(report)
        if best.n_groups <= MOST_CARDS:
            marked = marked_tasks(report.task_names, view())
            n_replicates = len(report.affinity.replicates)
            show_cards(best, best.labels, report.task_names, n_replicates, marked)
        st.page_link(
            "app_pages/groups.py",
            label="Look at the groups",
            icon=":material/workspaces:",
            query_params=address(),
        )


def show_advice(report: Report) -> None:
    """The decision of a run in a few words, its reason, and the rows behind it."""
    st.markdown(f"#### {_HEADLINE[report.recommended.decision]}")
    st.caption(f"{sentence(report.recommended.reason)} {rows_used(report)}")


def rows_used(report: Report) -> str:
    """Which rows the answer was found from, as a sentence."""
    return samples_used(report)
