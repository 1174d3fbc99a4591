"""A matrix that a user brought: somebody measured how alike the tasks are, nobody says how sure."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from core.affinity.similarity import scale_of, to_similarity
from core.values import Affinity, Gap

GIVEN = "given"
"""The key that stands where a measure's would."""
TITLE = "Your own matrix"
SUMMARY = (
    "What the matrix you brought says of every two tasks, row to column, in its own units. "
    "Taskscape measured none of it."
)
NOT_GIVEN = "not given"
CLOSEST = 0.95
"""The likeness of the most alike tasks where a matrix has a scale of its own: 1 means copies."""

UNKNOWABLE = (
    "A matrix says nothing of its own uncertainty: there are no intervals, no re-runs and no "
    "stability, and chance is what shuffled entries of the matrix reach. A landscape or a table "
    "has them."
)


def as_affinity(
    task_names: Sequence[str],
    values: Float[np.ndarray, "source target"],
    is_distance: bool,
    notes: Sequence[str] = (),
) -> Affinity:
    """The affinity that a matrix states.

    Similarities already in [0, 1] stay, those in [−1, 1] become (1 + s) / 2, any others are
    stretched from the smallest to the largest between two tasks, which get 0 and 0.95; distances
    become exp(−(a / median)²) (ours). The diagonal is not read; nothing tells an interval.

    Args:
        task_names: names of rows and columns.
        values: NaN where unknown; the two directions of a pair may differ.
        is_distance: small is alike.
        notes: what was assumed while the matrix was read.
    """
    square = values.shape
    similarity, how = _similarity(values, is_distance)
    unknown = np.isnan(values)
    return Affinity(
        task_names=tuple(task_names),
        measure=GIVEN,
        is_distance=is_distance,
        values=values,
        low=np.full(square, np.nan),
        high=np.full(square, np.nan),
        similarity=similarity,
        replicates=np.zeros((0, *square)),
        notes=(*notes, *how, *_about_directions(values), *_about_gaps(unknown), UNKNOWABLE),
        gaps=(Gap(NOT_GIVEN, unknown),) if unknown.any() else (),
    )


def _similarity(
    values: Float[np.ndarray, "source target"], is_distance: bool
) -> tuple[Float[np.ndarray, "source target"], tuple[str, ...]]:
    """In [0, 1], and how it was made where that is not plain."""
    if is_distance:
        return to_similarity(values, scale_of(values)), ()
    apart = values[~np.eye(len(values), dtype=bool)]
    low, high = float(np.nanmin(apart)), float(np.nanmax(apart))
    if low >= 0 and high <= 1:
        return to_similarity(values, None), ()
    if low >= -1 and high <= 1:
        return to_similarity(values, None, -1.0), ()
    how = (
        f"The similarities lie outside [−1, 1]; {low:.4g} was taken as 0 and {high:.4g} as "
        f"{CLOSEST:g} of a task's likeness to itself."
    )
    half, middle = (high / 2 - low / 2) or 1.0, high / 2 + low / 2  # a difference may overflow
    return to_similarity(CLOSEST * (values / half - middle / half + 1) - 1, None, -1.0), (how,)


def _about_directions(values: Float[np.ndarray, "source target"]) -> tuple[str, ...]:
    gap = np.abs(values / 2 - values.T / 2)
    n_differ = int(np.triu(gap > 1e-6 * np.abs(values), 1).sum())
    if not n_differ:
        return ()
    pairs = "1 pair differ" if n_differ == 1 else f"{n_differ} pairs differ"
    return (
        f"The two directions of {pairs}: the matrix keeps both, from row to column; the graph and "
        "the groups take their mean.",
    )


def _about_gaps(unknown: np.ndarray) -> tuple[str, ...]:
    n_pairs = int(np.triu(unknown & unknown.T, 1).sum())
    if not n_pairs:
        return ()
    pairs = "1 pair is" if n_pairs == 1 else f"{n_pairs} pairs are"
    return (f"{pairs} not given: no edge is drawn there, and they count as not alike.",)
