"""Rows selected by what stands in one column, as a named selection that every page sees."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.data.levels import LEVEL
from core.errors import RunError
from core.provenance import Source
from core.runs import Run
from core.values import Kind, TaskTable
from dashboard.charts.column_colours import list_columns
from dashboard.charts.text import clean, number, short
from dashboard.results import looked_at_of
from dashboard.saved_view import keep_view
from dashboard.selected import column_values
from dashboard.selection import LONGEST_NAME, Range, SampleSelection
from dashboard.session import change_view, view


@dataclass(frozen=True)
class Column:
    """One column to select by: the number of a task, or the features that it became."""

    name: str
    task: int | None = None
    features: tuple[str, ...] = ()


def offer_values(run: Run) -> None:
    """A form that is drawn when it is opened; nothing for a run without a table."""
    try:
        if run.source is not Source.TABLE:
            return
    except RunError:  # a damaged run: its pages say so
        return
    popover = st.popover(
        "Select rows by a value", icon=":material/filter_alt:", key="by_value", on_change="rerun"
    )
    if popover.open and (table := looked_at_of(run)) is not None:
        with popover:
            _ask(table)


def columns_of(table: TaskTable) -> list[Column]:
    """Every column of a table, and every task."""
    features = [
        Column(name, features=tuple(table.feature_names[place] for place in places))
        for name, places in list_columns(table).items()
    ]
    return [*features, *(Column(task.name, k) for k, task in enumerate(table.tasks))]


def named_ranges(table: TaskTable, column: Column) -> dict[str, Range]:
    """What a column can be, each value with its rows; empty for a column of many numbers."""
    if column.task is not None:
        return _labels(table, column.task)
    if column.features != (column.name,):
        levels = {name.partition(LEVEL)[2]: name for name in column.features}
        return {level: Range(name, False, 1.0, 1.0) for level, name in levels.items()}
    values = column_values(table, Range(column.name, False))
    known = [] if values is None else np.unique(values[np.isfinite(values)]).tolist()
    is_flag = set(known) <= {0.0, 1.0}
    return {f"{one:g}": Range(column.name, False, one, one) for one in known if is_flag}


def select_range(name: str, wanted: Range) -> None:
    """Select the rows of a range, under a name; the map then colours them."""
    made = SampleSelection("", (), short(name, LONGEST_NAME), wanted)
    others = [one for one in view().kept_samples if one.name != made.name]
    change_view(samples=made, kept_samples=(*others, made), colour_by="selection")
    keep_view()


def _labels(table: TaskTable, number_of_task: int) -> dict[str, Range]:
    task = table.tasks[number_of_task]
    if task.kind is Kind.TIME_TO_EVENT:  # signed times, never 0
        return {
            "event": Range(task.name, True, 0.0, None),
            "no event": Range(task.name, True, None, 0.0),
        }
    return {
        name: Range(task.name, True, float(code), float(code))
        for code, name in enumerate(task.classes)
    }


def _ask(table: TaskTable) -> None:
    st.caption("Rows of the training part; every page then tells of them.")
    columns = columns_of(table)
    column = st.selectbox("Rows where", columns, format_func=_shown, key="value_column")
    key = f"{column.name}_{column.task}"
    if named := named_ranges(table, column):
        which = st.selectbox("is", list(named), format_func=clean, key=f"value_of_{key}")
        name, wanted = f"{clean(column.name)} is {clean(which)}", named[which]
    else:
        low = st.number_input("is at least", value=None, key=f"value_low_{key}")
        high = st.number_input("and at most", value=None, key=f"value_high_{key}")
        wanted = Range(column.name, column.task is not None, low, high)
        name = f"{clean(column.name)} {_edges(low, high)}"
    is_open = wanted.low is None and wanted.high is None
    if st.button("Select these rows", type="primary", disabled=is_open, key="select_value"):
        select_range(name, wanted)
        st.rerun()


def _shown(column: Column) -> str:
    kind = "column" if column.task is None else "task"
    return f"{kind} {clean(column.name)}"


def _edges(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return f"≤ {number(high)}" if high is not None else f"≥ {number(low or 0.0)}"
    return f"{number(low)} to {number(high)}"
