"""The answer of a run in one card: the groups, how sure, and where to read on."""

import streamlit as st

from core.runs import Run
from core.values import Decision
from dashboard.jobs import require_report
from dashboard.theme import group_mark
from dashboard.words import plain

_HEADLINE = {
    Decision.ALONE: "Train each task alone",
    Decision.TOGETHER: "Train all tasks together",
    Decision.GROUPED: "Train these tasks in groups",
}


def show_answer(run: Run) -> None:
    """The recommendation of a run, or how its computation goes."""
    with st.container(border=True):
        report = require_report(run)
        best = report.recommended.grouping
        st.markdown(f"#### {_HEADLINE[report.recommended.decision]}")
        st.caption(plain(report.recommended.reason))
        groups = best.groups(report.task_names)
        if best.n_groups <= 8:
            for column, (number, group) in zip(
                st.columns(len(groups)), enumerate(groups), strict=True
            ):
                with column.container(border=True):
                    st.markdown(f"**Group {group_mark(number).letter}** · {len(group)} tasks")
                    st.text("\n".join(group[:12]))
        st.page_link(
            "app_pages/groups.py", label="Look at the groups", icon=":material/workspaces:"
        )
