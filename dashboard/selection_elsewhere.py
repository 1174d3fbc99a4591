"""What the selected samples say on the pages that do not show them, or why they change nothing."""

import streamlit as st

from core.runs import Run
from core.values import Report
from dashboard.results import pull_of
from dashboard.selected import explain, group_pull_rows, say_pair
from dashboard.session import view
from dashboard.words import quoted, sentence


def show_pair_in_selection(run: Run, report: Report, source: int, target: int) -> None:
    """What the selected samples say of two tasks; nothing where no samples are selected."""
    if (selection := view().samples) and (pull := pull_of(run, report, selection)):
        said = sentence(say_pair(pull, source, target))
        st.info(f"In your selection{quoted(selection.name)}: {said}")


def show_groups_in_selection(run: Run, report: Report) -> None:
    """How alike the tasks of each group are among the selected samples."""
    if not (selection := view().samples) or not (pull := pull_of(run, report, selection)):
        return
    grouping = report.recommended.grouping
    rows = group_pull_rows(pull, grouping, grouping.labels)
    st.subheader(f"In your selection of samples{quoted(selection.name)}")
    if rows.empty:
        st.caption("No group has two tasks that share selected rows of more than 10 patients.")
        return
    st.dataframe(rows, hide_index=True, alt="How alike the tasks of each group are in it")
    st.caption(explain(pull))


def explain_test_rows() -> None:
    """Why a selection of samples changes nothing where models are judged."""
    if (selection := view().samples) is not None:
        st.caption(
            f"Your selection{quoted(selection.name)} holds rows of the training part, where the "
            "landscape is drawn. Models are judged on test rows, which are in no selection."
        )


def explain_report() -> None:
    """Why a selection changes nothing in what is handed on."""
    if view().samples is not None or view().tasks is not None:
        st.caption("Your selection stays with you: a report tells of all rows and all tasks.")
