"""What sets some samples of the landscape apart, column by column.

chosen = …                                    one flag a point of the landscape
profile = profile_samples(table, landscape.points, chosen)

Aggregates only: what 1 to 10 patients have is not told, nor what would give it away by subtraction.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from core.frozen import Frozen
from core.values import Kind, Points, Split, TaskTable

SMALL = 10
"""Counts of patients from 1 to this are told as FEW only."""
FEW = f"≤ {SMALL}"
FEW_NOTE = f"a count is {FEW} patients"


@dataclass(frozen=True, eq=False)
class Difference(Frozen):
    """One column among the selected rows (inside) and all others of the landscape (outside).

    `inside` and `outside` are shares for a column of zeros and ones, else means; `effect` is their
    difference in standard deviations of both together. All three are NaN where too few patients are
    behind them; `note` then says so.
    """

    column: str
    is_label: bool
    is_share: bool
    inside: float
    outside: float
    effect: float
    note: str = ""


@dataclass(frozen=True, eq=False)
class Profile(Frozen):
    """How the selected rows differ from the others; `differences` come largest effect first."""

    n_inside: int
    n_outside: int
    n_points: int
    patients: tuple[int, int]
    """Of the rows inside and of those outside; one may have rows on both sides."""
    differences: tuple[Difference, ...] = ()

    @property
    def is_small(self) -> bool:
        """Whether there are too few patients on one side to say anything of them."""
        return min(self.patients) <= SMALL


def selected_rows(points: Points, chosen: Bool[np.ndarray, " point"]) -> Int[np.ndarray, " row"]:
    """Rows with more than their share of points chosen, ascending (ours).

    A row has a point for every task, spread over the map. When few points are chosen, one of them
    is more than a row's share; when most are, it takes nearly all.
    """
    rows, row = np.unique(points.sample, return_inverse=True)
    share = np.bincount(row, chosen, len(rows)) / np.maximum(np.bincount(row), 1)
    return rows[(share > chosen.mean()) | (share == 1)] if chosen.any() else rows[:0]


def profile_samples(
    table: TaskTable, points: Points, chosen: Bool[np.ndarray, " point"]
) -> Profile:
    """Compare the selected rows to the other training rows (ours).

    Args:
        table: that the landscape was measured on.
        points: of the landscape.
        chosen: one flag a point.
    """
    is_inside = np.zeros(len(table.labels), dtype=bool)
    is_inside[selected_rows(points, chosen)] = True
    return profile_rows(table, is_inside, int(chosen.sum()))


def profile_rows(
    table: TaskTable, is_inside: Bool[np.ndarray, " sample"], n_points: int
) -> Profile:
    """Compare some rows to the other training rows, also those without a point (ours).

    Args:
        table: of the run.
        is_inside: one flag a row; those beyond the training part are not looked at.
        n_points: how many points of the landscape they have.
    """
    rows = table.rows(Split.TRAIN)
    inside, outside = rows[is_inside[rows]], rows[~is_inside[rows]]
    patients = len(np.unique(table.patient[inside])), len(np.unique(table.patient[outside]))
    found = Profile(len(inside), len(outside), n_points, patients)
    if found.is_small:
        return found
    most_each = int(np.bincount(np.unique(table.patient[rows], return_inverse=True)[1]).max())
    sides = tuple(_Side(part, table.patient, most_each) for part in (inside, outside))
    differences = [_compare(*column, sides) for column in _columns(table)]
    differences.sort(key=lambda one: -np.nan_to_num(abs(one.effect), nan=-1.0))
    return replace(found, differences=tuple(differences))


class _Side(NamedTuple):
    """The selected rows, or the others; no patient has more than `most_each` rows."""

    rows: Int[np.ndarray, " row"]
    patient: Int[np.ndarray, " sample"]
    most_each: int

    def has_few(self, where: Bool[np.ndarray, " row"]) -> bool:
        """Whether some of its rows are of 1 to 10 patients."""
        n = int(where.sum())
        if n > SMALL * self.most_each:
            return False
        return 0 < len(np.unique(self.patient[self.rows[where]])) <= SMALL


def _columns(table: TaskTable) -> Iterator[tuple[str, bool, Float[np.ndarray, " sample"]]]:
    """Name, whether it is a label, values; a multiclass task is one column a class."""
    for name, values in zip(table.feature_names, table.features.T, strict=True):
        yield name, False, values
    for task, values in zip(table.tasks, table.labels.T, strict=True):
        known = ~np.isnan(values)
        if task.kind is Kind.MULTICLASS:
            for code, label in enumerate(task.classes):
                yield f"{task.name} = {label}", True, np.where(known, values == code, np.nan)
        elif task.kind is Kind.TIME_TO_EVENT:
            yield f"{task.name}: event", True, np.where(known, values > 0, np.nan)
        else:
            yield task.name, True, values


def _compare(
    name: str,
    is_label: bool,
    values: Float[np.ndarray, " sample"],
    sides: Sequence[_Side],
) -> Difference:
    parts = [values[side.rows].astype(float) for side in sides]
    known = [~np.isnan(part) for part in parts]
    both = np.concatenate([part[here] for part, here in zip(parts, known, strict=True)])
    is_share = bool(np.isin(both, (0.0, 1.0)).all())
    told = [(side, here) for side, here in zip(sides, known, strict=True)]
    if is_share:
        told += [(side, part == v) for side, part in zip(sides, parts, strict=True) for v in (0, 1)]
    if not all(map(np.any, known)) or any(side.has_few(where) for side, where in told):
        nan = float("nan")
        return Difference(name, is_label, is_share, nan, nan, nan, FEW_NOTE)
    low, high = (float(part[here].mean()) for part, here in zip(parts, known, strict=True))
    spread = float(both.std())
    return Difference(name, is_label, is_share, low, high, (low - high) / spread if spread else 0.0)
