"""Which tasks some samples of the landscape pull together or apart.

pull = measure_pull(landscape.points, chosen, n_tasks=12, signed=False, patient=table.patient)

What 10 patients or fewer say of two tasks is left out.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float, Int

from core.frozen import Frozen
from core.selection.profile import SMALL, selected_rows
from core.values import Points

Z = 1.959964
"""Of a 95 % interval under the normal distribution."""
_CELLS = 1 << 22
"""Numbers held at a time while pairs of tasks are compared."""


@dataclass(frozen=True, eq=False)
class Pull(Frozen):
    """How alike two tasks pull the model among the selected rows and among all others.

    Means over rows with a point for both tasks, of the (magnitude of the) cosine of their sketched
    displacements; `low` and `high` bound the 95 % interval of inside − outside (normal, patients
    independent). NaN where 10 patients or fewer have such rows on a side.
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
    points: Points,
    chosen: Bool[np.ndarray, " point"],
    n_tasks: int,
    signed: bool,
    patient: Int[np.ndarray, " sample"] | None = None,
) -> Pull:
    """Compare how alike tasks pull inside and outside a selection, from the points' sketches.

    Sketches keep angles on average only, so this screens; the affinity of the whole run comes from
    exact sums. Which rows are inside: `selected_rows`.

    Args:
        points: of the landscape.
        chosen: one flag a point.
        n_tasks: how many tasks there are.
        signed: cosines with their sign, not their magnitude.
        patient: of every row of the table; each row is a patient of its own where it is None.
    """
    rows, row = np.unique(points.sample, return_inverse=True)
    is_inside = np.isin(rows, selected_rows(points, chosen))
    size = np.linalg.norm(points.sketch, axis=1)
    unit = points.sketch / np.where(size > 0, size, 1.0)[:, None]
    of = np.arange(len(rows)) if patient is None else patient[rows]
    sides = [
        _moments(unit, row, points.task, (size > 0) & (is_inside[row] == side), of, n_tasks, signed)
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
    patient: Int[np.ndarray, " row"],
    n_tasks: int,
    signed: bool,
) -> tuple[Float[np.ndarray, "source target"], Float[np.ndarray, "source target"]]:
    """Mean cosine of every pair of tasks over the rows both have a point for, and the squared
    standard error of that mean, patients drawn with all their rows; NaN for 10 patients or fewer.

    A ratio of two sums over patients, of cosines and of rows: Cochran 1977, *Sampling Techniques*,
    eq. 6.13 without the finite population.
    """
    total = np.zeros((6, n_tasks, n_tasks))
    numbers, place = np.unique(row[used], return_inverse=True)
    by_patient = np.argsort(patient[numbers], kind="stable")
    place = np.argsort(by_patient)[place]  # the rows of a patient one after the other
    first = np.flatnonzero(np.diff(patient[numbers][by_patient], prepend=-1))
    where = np.flatnonzero(used)
    order = np.argsort(place, kind="stable")
    step = max(1, _CELLS // (n_tasks * max(n_tasks, unit.shape[1])))
    for start, stop in pairwise(_cuts(first, len(numbers), step)):
        at_first, at_last = np.searchsorted(place[order], [start, stop])
        part = order[at_first:at_last]
        block = np.zeros((stop - start, n_tasks, unit.shape[1]))
        known = np.zeros(block.shape[:2])
        block[place[part] - start, task[where[part]]] = unit[where[part]]
        known[place[part] - start, task[where[part]]] = 1.0
        cosine = block @ block.transpose(0, 2, 1)
        here = first[(first >= start) & (first < stop)] - start
        total += _add_up(cosine if signed else np.abs(cosine), known, here)
    return _ratio(*total)


def _cuts(first: Int[np.ndarray, " patient"], n_rows: int, step: int) -> list[int]:
    """Where parts of about `step` rows begin, none of which cuts a patient's rows in two."""
    at = np.searchsorted(first, np.arange(0, n_rows, step), side="right") - 1
    return [*np.unique(first[at]).tolist(), n_rows] if n_rows else []


def _add_up(
    cosine: Float[np.ndarray, "row source target"],
    known: Float[np.ndarray, "row task"],
    first: Int[np.ndarray, " patient"],
) -> Float[np.ndarray, "sum source target"]:
    """Patients, rows, cosines, and squares and products of the last two, summed over patients."""
    if len(first) == len(known):  # a row each
        count, total = known.T @ known, cosine.sum(axis=0)
        return np.stack([count, count, total, (cosine**2).sum(axis=0), total, count])
    n_rows = np.add.reduceat(known[:, :, None] * known[:, None, :], first)
    each = np.add.reduceat(cosine, first)
    parts = (n_rows > 0, n_rows, each, each**2, each * n_rows, n_rows**2)
    return np.stack([part.sum(axis=0) for part in parts])


def _ratio(
    n_patients: Float[np.ndarray, "source target"],
    n_rows: Float[np.ndarray, "source target"],
    total: Float[np.ndarray, "source target"],
    square: Float[np.ndarray, "source target"],
    product: Float[np.ndarray, "source target"],
    square_rows: Float[np.ndarray, "source target"],
) -> tuple[Float[np.ndarray, "source target"], Float[np.ndarray, "source target"]]:
    """The mean over rows, and its squared standard error over patients."""
    n = np.where(n_patients > SMALL, n_patients, np.nan)
    mean = total / np.where(n_patients > SMALL, n_rows, np.nan)
    spread = np.maximum(square - 2 * mean * product + mean**2 * square_rows, 0.0)
    return mean, spread * n / (n - 1) / n_rows**2
