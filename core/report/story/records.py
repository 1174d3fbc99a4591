"""The data: from records to the rows that were used, and the events of every task."""

from collections.abc import Mapping
from typing import Any

from core.report import amounts, words
from core.report.data import PLACES
from core.report.story.blocks import Grid, Lines, Section
from core.report.story.facts import Facts

USES = (("train", "learn"), ("validation", "choose"), ("test", "test"))


def data_section(facts: Facts) -> Section:
    """The flow of records and the counts of every task, small ones hidden."""
    data = facts.document.get("data")
    if data is None:
        return Section("data", "The data", (Lines((words.MISSING_DATA,)),))
    has_none = any(task["events"] is None for task in data["tasks"])
    notes = (words.SMALL_NOTE, *((words.NO_EVENTS_NOTE,) if has_none else ()))
    return Section("data", "The data", (_flow(data), _labels(data), Lines(notes)))


def _flow(data: Mapping[str, Any]) -> Grid:
    """Records and their patients; a report of an earlier version counts patients once only."""
    steps = ("All", "With a label for any outcome", *(f"To {use} ({part})" for part, use in USES))
    records, patients = data["records_of"], data.get("patients_of", {})
    columns = (
        (data["records"], data["records_used"], *(records[part] for part, _ in USES)),
        (data["patients"], data.get("patients_used"), *(patients.get(part) for part, _ in USES)),
    )
    rows = zip(steps, *(map(amounts.told, column) for column in columns), strict=True)
    title = "From records to patients kept aside"
    return Grid(title, ("Step", "Records", "Patients"), tuple(rows), (False, True, True))


def _labels(data: Mapping[str, Any]) -> Grid:
    rows = []
    for task in data["tasks"]:
        events = task["events"] or dict.fromkeys(PLACES, words.NO_EVENTS)
        rows.append(
            (
                task["task"],
                *(amounts.told(task["labelled"][place]) for place in PLACES),
                *(amounts.told(events[place]) for place in PLACES),
            )
        )
    titles = (*(f"to {use}" for _, use in USES), "total")
    columns = (
        "Outcome",
        *(f"Known, {part}" for part in titles),
        *(f"Events, {part}" for part in titles),
    )
    return Grid(
        "Patients with known labels and events", columns, tuple(rows), (False, *([True] * 8))
    )
