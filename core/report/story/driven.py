"""Which columns and which patients drive a group, in words and for experts in tables."""

from collections.abc import Sequence
from typing import Any

from core.report import driven_words as words
from core.report.amounts import in_100, measured
from core.report.story.blocks import EXPERTS, Grid
from core.report.story.facts import Facts

MOST = 3
"""Columns, and traits, in a sentence."""


def unknown_drivers(facts: Facts) -> tuple[str, ...]:
    """What cannot be said of any group, and why."""
    if all(len(group) < 2 for group in facts.groups):
        return ()
    drivers = facts.document.get("drivers") or {"reason": "not measured"}
    if drivers["reason"]:
        return (words.NOT_KNOWN[drivers["reason"]],)
    return () if drivers["has_columns"] else (words.NOT_KNOWN["no columns"],)


def columns_of(facts: Facts, number: int) -> list[str]:
    """The columns that what a group shares comes through; none where that is not known."""
    why = facts.why(number)
    if not why.get("holds") or why.get("column_chance") is None:
        return []
    columns = [
        (one["name"], one["is_recording"], in_100(one["share"])) for one in why["columns"][:MOST]
    ]
    return [words.through(columns, in_100(why["column_chance"]))]


def patients_of(facts: Facts, number: int) -> list[str]:
    """The patients that drive a group; none where that is not known."""
    why = facts.why(number)
    if why.get("holds") is None:
        return []
    if not why["holds"]:
        return [words.nothing_drives(len(facts.groups) > 1)]
    shares = (facts.document["drivers"]["driving"], why["carried"], why["carried_chance"])
    traits = [
        (one["name"], one["is_share"], one["inside"], one["outside"])
        for one in why["traits"][:MOST]
    ]
    return [words.carried(*map(in_100, shares)), words.traits(traits)]


def columns_grid(facts: Facts) -> tuple[Grid, ...]:
    """Every column above chance, with its share beside that of chance."""
    rows = [
        (
            facts.title(number),
            words.column(one["name"], one["is_recording"]),
            str(in_100(one["share"])),
            str(in_100(why["column_chance"])),
        )
        for number, why, one in _entries(facts, "columns")
    ]
    names = ("Group", "Column", "Of 100 parts", "Chance gives up to")
    return _grid("What each group asks of the first layer", names, rows, (False, False, True, True))


def patients_grid(facts: Facts) -> tuple[Grid, ...]:
    """Every trait above chance of the patients that drive a group."""
    rows = [
        (
            facts.title(number),
            one["name"],
            "in 100" if one["is_share"] else "mean",
            *(
                str(in_100(one[side])) if one["is_share"] else measured(one[side])
                for side in ("inside", "outside")
            ),
        )
        for number, _, one in _entries(facts, "traits")
    ]
    names = ("Group", "What", "As", "Driving patients", "Others")
    return _grid("Who drives each group", names, rows, (False, False, False, True, True))


def _entries(facts: Facts, key: str) -> list[tuple[int, Any, Any]]:
    return [
        (number, facts.why(number), one)
        for number in range(len(facts.groups))
        for one in facts.why(number).get(key, ())
    ]


def _grid(
    title: str, names: tuple[str, ...], rows: Sequence[tuple[str, ...]], numeric: tuple[bool, ...]
) -> tuple[Grid, ...]:
    return (Grid(title, names, tuple(rows), numeric, EXPERTS),) if rows else ()
