"""The part of report.json that says which patients and columns drive the groups."""

import math
from collections.abc import Sequence
from typing import Any

from core.report.plain import plain
from core.report.sizes import EVENTS
from core.report.suppression import Margins, State
from core.summary import Drivers, GroupDrivers, Trait
from core.values import Report


def to_drivers_document(report: Report) -> dict[str, Any]:
    """What holds of all groups: why nothing was measured (null where something was), whether the
    columns have shares, and the share of the patients that count as driving a group."""
    drivers = _of_these_groups(report)
    if drivers is None:
        reason = "no records" if report.summary is None else "not measured"
        return {"reason": reason, "has_columns": False, "driving": None}
    driving = drivers.n_driving / drivers.n_patients if drivers.n_patients else None
    return {
        "reason": drivers.reason or None,
        "has_columns": drivers.has_columns,
        "driving": None if driving is None else round(driving, 2),
    }


def to_group_drivers(report: Report, group: int, sizes: Sequence[Margins]) -> dict[str, Any]:
    """Columns and patients of one group, each beside what chance reaches; nulls and nothing where
    it was not measured or is not above chance.

    A trait is left out where telling it could give away a count that is hidden elsewhere.
    """
    drivers = _of_these_groups(report)
    if drivers is None or not drivers.groups:
        return {"holds": None, "columns": [], "traits": []}
    found = drivers.groups[group]
    if math.isnan(found.agreement):
        return {"holds": None, "columns": [], "traits": []}
    return {
        "holds": found.holds,
        "agreement": _rounded(found.agreement, 3),
        "agreement_chance": _rounded(found.agreement_chance, 3),
        "columns": _columns(found),
        "column_chance": _rounded(found.column_chance),
        "carried": _rounded(found.carried),
        "carried_chance": _rounded(found.carried_chance),
        "traits": [_trait(one) for one in found.traits if _may_be_told(one, sizes)],
    }


def _of_these_groups(report: Report) -> Drivers | None:
    """What was measured, if it was of the groups that are recommended now."""
    drivers, labels = report.drivers, report.recommended.grouping.labels
    if drivers is None or len(drivers.labels) != len(labels):
        return None
    same = (drivers.labels[:, None] == drivers.labels) == (labels[:, None] == labels)
    return drivers if same.all() else None


def _columns(found: GroupDrivers) -> list[dict[str, Any]]:
    return [
        {"name": one.name, "share": round(one.share, 2), "is_recording": one.is_recording}
        for one in found.columns
    ]


def _trait(one: Trait) -> dict[str, Any]:
    return {
        "name": one.name,
        "is_label": one.task >= 0,
        "is_share": one.is_share,
        "inside": _mean(one.inside, one.is_share),
        "outside": _mean(one.outside, one.is_share),
    }


def _mean(value: float, is_share: bool) -> float:
    """To what is said of it: a part of 100, or three digits."""
    return round(value, 2) if is_share else float(f"{value:.3g}")


def _may_be_told(one: Trait, sizes: Sequence[Margins]) -> bool:
    """Whether all events of the task whose label it is are told anyway, and the two sides do not
    look the same once rounded."""
    if _mean(one.inside, one.is_share) == _mean(one.outside, one.is_share):
        return False
    return one.task < 0 or bool((sizes[one.task].states[EVENTS] == State.SHOWN).all())


def _rounded(value: float, digits: int = 2) -> Any:
    return plain(round(value, digits)) if math.isfinite(value) else None
