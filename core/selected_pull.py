"""Which tasks some samples of the landscape pull together or apart.

pull = measure_pull(landscape.points, chosen, n_tasks=12, signed=False)

What 10 rows or fewer say of two tasks is left out.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from core.frozen import Frozen
from core.profile import SMALL, selected_rows
from core.values import Points

Z = 1.959964
"""Of a 95 % interval under the normal distribution."""
_CELLS = 1 << 22
"""Numbers held at a time while pairs of tasks are compared."""


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
