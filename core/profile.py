"""What sets some samples of the landscape apart, and which tasks they pull together or apart.

chosen = …                                    one flag a point of the landscape
profile = profile_samples(table, landscape.points, chosen)
pull = measure_pull(landscape.points, chosen, n_tasks=12, signed=False)

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
Z = 1.959964
"""Of a 95 % interval under the normal distribution."""
_CELLS = 1 << 22
"""Numbers held at a time while pairs of tasks are compared."""


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


@dataclass(frozen=True, eq=False)
class Pull(Frozen):
    """How alike two tasks pull the model among the selected rows and among all others.

    Means over rows with a point for both tasks, of the (magnitude of the) cosine of their sketched
    displacements; `low` and `high` bound the 95 % interval of inside − outside (normal, rows
    independent). NaN where 10 rows or fewer are shared on a side.
    """

    inside: Float[np.ndarray, "source target"]
    outside: Float[np.ndarray, "source target"]
    low: Float[np.ndarray, "source target"]
    high: Float[np.ndarray, "source target"]
    signed: bool

    @property
    def difference(self) -> Float[np.ndarray, "source target"]:
        """Above 0: the selected rows pull the two tasks together."""
        return np.asarray(self.inside - self.outside)


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


def measure_pull(
    points: Points, chosen: Bool[np.ndarray, " point"], n_tasks: int, signed: bool
) -> Pull:
    """Compare how alike tasks pull inside and outside a selection, from the points' sketches.

    Sketches keep angles on average only, so this screens; the affinity of the whole run comes from
    exact sums. Which rows are inside: `selected_rows`.

    Args:
        points: of the landscape.
        chosen: one flag a point.
        n_tasks: how many tasks there are.
        signed: cosines with their sign, not their magnitude.
    """
    rows, row = np.unique(points.sample, return_inverse=True)
    is_inside = np.isin(rows, selected_rows(points, chosen))
    size = np.linalg.norm(points.sketch, axis=1)
    unit = points.sketch / np.where(size > 0, size, 1.0)[:, None]
    sides = [
        _moments(unit, row, points.task, (size > 0) & (is_inside[row] == side), n_tasks, signed)
        for side in (True, False)
    ]
    (mean_in, error_in), (mean_out, error_out) = sides
    margin = Z * np.sqrt(error_in + error_out)
    gap = mean_in - mean_out
    return Pull(mean_in, mean_out, gap - margin, gap + margin, signed)


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


def _moments(
    unit: Float[np.ndarray, "point coordinate"],
    row: Int[np.ndarray, " point"],
    task: Int[np.ndarray, " point"],
    used: Bool[np.ndarray, " point"],
    n_tasks: int,
    signed: bool,
) -> tuple[Float[np.ndarray, "source target"], Float[np.ndarray, "source target"]]:
    """Mean cosine of every pair of tasks over the rows both have a point for, and the squared
    standard error of that mean; NaN for 10 rows or fewer."""
    total = np.zeros((3, n_tasks, n_tasks))
    numbers, place = np.unique(row[used], return_inverse=True)
    step = max(1, _CELLS // (n_tasks * max(n_tasks, unit.shape[1])))
    where = np.flatnonzero(used)
    order = np.argsort(place, kind="stable")
    edges = np.searchsorted(place[order], np.arange(0, len(numbers) + step, step))
    for start, first, last in zip(range(0, len(numbers), step), edges, edges[1:], strict=False):
        part = where[order[first:last]]
        block = np.zeros((min(step, len(numbers) - start), n_tasks, unit.shape[1]))
        known = np.zeros(block.shape[:2])
        at = place[order[first:last]] - start
        block[at, task[part]] = unit[part]
        known[at, task[part]] = 1.0
        cosine = block @ block.transpose(0, 2, 1)
        cosine = cosine if signed else np.abs(cosine)
        total += np.stack([known.T @ known, cosine.sum(axis=0), (cosine**2).sum(axis=0)])
    count = np.where(total[0] > SMALL, total[0], np.nan)
    mean = total[1] / count
    return mean, np.maximum(total[2] / count - mean**2, 0.0) / (count - 1)
