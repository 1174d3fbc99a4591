"""The part of report.json that counts records and labels; null where they are not known."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.report.sizes import EVENTS, KNOWN, OTHERS, n_with_a_label, patients_by_split
from core.report.suppression import Margins, State, is_small, suppress, tell
from core.summary import Summary
from core.values import Kind, Report, Split, Task

PLACES = (*(str(split) for split in Split), "total")
"""The columns of the counts of a task."""

Count = int | str | None
"""A number, "≤ 10", or null where telling it would tell a small one."""


def to_data_document(
    summary: Summary | None, tasks: tuple[Task, ...], sizes: Sequence[Margins]
) -> dict[str, Any] | None:
    """The flow of records and patients and the labels of every task, JSON-ready.

    Labels are counted in patients. A count of records is told where that of their patients is.

    Args:
        summary: of the data.
        tasks: of the report.
        sizes: their protected counts, `core.report.sizes`.
    """
    if summary is None:
        return None
    records, patients = _by_split(summary)
    shows_used = _may_tell_used(summary, sizes)
    return {
        "records": records["total"],
        "patients": tell(summary.n_patients),
        "records_used": summary.n_used if shows_used else None,
        "patients_used": n_with_a_label(summary) if shows_used else None,
        "records_of": records,
        "patients_of": patients,
        "tasks": [_task(*one) for one in zip(tasks, sizes, strict=True)],
    }


def told_provenance(report: Report) -> dict[str, Any]:
    """Where the numbers come from, with the sizes of the data as far as they may be told."""
    provenance, summary = dict(report.provenance), report.summary
    if "data" not in provenance:
        return provenance
    data: Mapping[str, Any] = provenance["data"]
    if summary is not None:
        told = _by_split(summary)[0]
    else:
        parts = np.array([[data.get(f"n_{split}", 0) for split in Split]])
        told = _row(suppress(parts), 0) | {"total": tell(data["n_samples"])}
    sizes = {f"n_{split}": told[str(split)] for split in Split}
    return provenance | {"data": {**data, "n_samples": told["total"], **sizes}}


def _by_split(summary: Summary) -> tuple[dict[str, Count], dict[str, Count]]:
    """Records and patients of each split and of all."""
    counts = patients_by_split(summary)
    if counts is None:  # a summary of an earlier version
        unknown: dict[str, Count] = dict.fromkeys(PLACES)
        has_many = summary.n_patients > 0 and not is_small(np.array(summary.n_patients))
        return unknown | {"total": summary.n_records if has_many else None}, unknown
    patients = suppress(counts[None, :])
    told = _row(patients, 0)
    records = [*summary.splits.tolist(), summary.n_records]
    shown = (patients.states[0] == State.SHOWN).tolist()
    both = zip(PLACES, records, shown, strict=True)
    return {place: n if is_shown else _few(n, told[place]) for place, n, is_shown in both}, told


def _few(n_records: int, patients: Count) -> Count:
    """Records whose number of patients is not told: as many as those, or nothing is said."""
    return patients if tell(n_records) == patients else None


def _may_tell_used(summary: Summary, sizes: Sequence[Margins]) -> bool:
    """Whether neither those with a label nor those without, of any task or of one, are few; nor is
    it as many as have a label of a task where that is not told."""
    if not len(summary.used) and summary.n_patients < summary.n_records:
        return False
    used = n_with_a_label(summary)
    unused = int(summary.used[1]) if len(summary.used) else summary.n_records - used
    elsewhere = used - summary.labels.sum(axis=(1, 2))
    unsaid = np.array([one.states[KNOWN, -1] != State.SHOWN for one in sizes], dtype=bool)
    if (unsaid & (elsewhere == 0)).any():
        return False
    return not is_small(np.array([used, unused, summary.n_patients - used, *elsewhere])).any()


def _task(task: Task, margins: Margins) -> dict[str, Any]:
    has_events = task.kind in (Kind.BINARY, Kind.TIME_TO_EVENT)
    return {
        "task": task.name,
        "labelled": _row(margins, KNOWN),
        "events": _row(margins, EVENTS) if has_events else None,
        "others": _row(margins, OTHERS) if has_events else None,
    }


def _row(margins: Margins, row: int) -> dict[str, Count]:
    return {place: margins.told(row, column) for column, place in enumerate(PLACES)}
