"""The part of report.json that counts records and labels; null where they are not known."""

from typing import Any

import numpy as np

from core.report.suppression import Margins, suppress, tell
from core.summary import Summary
from core.values import Kind, Split, Task

PLACES = (*(str(split) for split in Split), "total")
"""The columns of the counts of a task."""


def to_data_document(summary: Summary | None, tasks: tuple[Task, ...]) -> dict[str, Any] | None:
    """The flow of records and the labels of every task, JSON-ready, with small counts hidden.

    A count is a number, "≤ 10", or null where telling it would tell a small one.
    """
    if summary is None:
        return None
    splits = suppress(summary.splits[None, :])
    used = suppress(np.array([[summary.n_used, summary.n_records - summary.n_used]]))
    return {
        "records": tell(summary.n_records),
        "patients": tell(summary.n_patients),
        "records_used": used.told(0, 0),
        "records_of": _row(splits, 0),
        "tasks": [
            _task(task, suppress(cells.T))
            for task, cells in zip(tasks, summary.labels, strict=True)
        ],
    }


def told_size(summary: Summary | None, task: int) -> Margins | None:
    """The protected counts of a task: rows are events, other labels and all."""
    return suppress(summary.labels[task].T) if summary is not None else None


def _task(task: Task, margins: Margins) -> dict[str, Any]:
    has_events = task.kind in (Kind.BINARY, Kind.TIME_TO_EVENT)
    return {
        "task": task.name,
        "labelled": _row(margins, 2),
        "events": _row(margins, 0) if has_events else None,
        "others": _row(margins, 1) if has_events else None,
    }


def _row(margins: Margins, row: int) -> dict[str, int | str | None]:
    return {place: margins.told(row, column) for column, place in enumerate(PLACES)}
