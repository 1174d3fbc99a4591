"""What sets some samples of the landscape apart, column by column.

chosen = …                                    one flag a point of the landscape
profile = profile_samples(table, landscape.points, chosen)

Aggregates only: a count of 1 to 10 rows is told as FEW, and what would give it away by subtraction
is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from core.frozen import Frozen
from core.values import Kind, Points, Split, TaskTable

SMALL = 10
"""Counts from 1 to this are told as FEW only."""
FEW = f"≤ {SMALL}"


@dataclass(frozen=True, eq=False)
class Difference(Frozen):
    """One column among the selected rows (inside) and all others of the landscape (outside).

    `inside` and `outside` are shares for a column of zeros and ones, else means; `effect` is their
    difference in standard deviations of both together. All three are NaN where a count behind them
    is small; `note` then says so.
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
    differences: tuple[Difference, ...]

    @property
    def is_small(self) -> bool:
        """Whether there are too few rows on one side to say anything of them."""
        return self.n_inside <= SMALL or self.n_outside <= SMALL


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
    found = Profile(len(inside), len(outside), n_points, ())
    if found.is_small:
        return found
    differences = [_compare(*column, inside, outside) for column in _columns(table)]
    differences.sort(key=lambda one: -np.nan_to_num(abs(one.effect), nan=-1.0))
    return Profile(found.n_inside, found.n_outside, found.n_points, tuple(differences))


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
    inside: Int[np.ndarray, " row"],
    outside: Int[np.ndarray, " row"],
) -> Difference:
    sides = [part[~np.isnan(part)].astype(float) for part in (values[inside], values[outside])]
    both = np.concatenate(sides)
    is_share = bool(np.isin(both, (0.0, 1.0)).all())
    counts = [int((side == value).sum()) for side in sides for value in (0, 1)] if is_share else []
    if min(map(len, sides)) <= SMALL or any(0 < count <= SMALL for count in counts):
        nan = float("nan")
        return Difference(name, is_label, is_share, nan, nan, nan, f"a count is {FEW}")
    low, high = (float(side.mean()) for side in sides)
    spread = float(both.std())
    return Difference(name, is_label, is_share, low, high, (low - high) / spread if spread else 0.0)
