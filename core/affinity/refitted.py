"""What fitted heads add to the bootstrap: the blocks re-weighted know nothing of their fit."""

import numpy as np
from jaxtyping import Float

from core.affinity.base import Measure
from core.affinity.totals import add_up, add_up_refits
from core.values import Landscape

USUAL = 1.959964
"""Standard deviations to either side that hold 95 % of a normal law."""

Deviations = Float[np.ndarray, "half source target"]


def refitted(
    landscape: Landscape,
    measure: Measure,
    blocks: Float[np.ndarray, "replicate source target"],
    seed: int,
) -> Float[np.ndarray, "replicate source target"]:
    """Deviations of replicates with heads that were fitted to other patients (ours).

    A half of the patients moves a value in two ways, by its rows and by its heads, and both may go
    together: the share of the rows that, over the halves, the heads follow is added to the blocks,
    unless it is below 0, where it may be chance. What is left is drawn from a normal law; it is
    told by some 25 halves only, so it is widened as Student's t is.

    Args:
        landscape: with `refits`; without, or where the measure reads none of the sums that were
            taken again, the blocks stay.
        measure: any.
        blocks: deviations of re-weighted blocks.
        seed: of the draw.
    """
    refits = landscape.refits
    named = [name for name in measure.reads if getattr(refits, name, None) is not None]
    if refits is None or not named or len(named) < len(measure.reads):
        return blocks
    moved, n_known = _centred(measure(*add_up_refits(landscape, refits)))
    whole = np.maximum(landscape.sums.count.sum(axis=0), 1.0)
    moved *= np.sqrt(2 * np.minimum(refits.count.mean(axis=0) / whole, 0.5))
    follows = 0.0
    if landscape.halves is not None:
        rows = _of_rows(landscape, measure)
        square = np.maximum((rows * rows).sum(axis=0), 1e-300)
        follows = np.maximum((moved * rows).sum(axis=0) / square, 0.0)
        moved -= follows * rows
    free = np.maximum(n_known - 2, 1)
    drawn = np.random.default_rng([seed, len(moved)]).standard_normal((len(blocks), len(moved)))
    spread = np.tensordot(drawn, moved, axes=1) * _as_student(free) / np.sqrt(free)
    return np.asarray((1 + follows) * blocks + spread)


def _centred(
    values: Float[np.ndarray, "half source target"],
) -> tuple[Deviations, Float[np.ndarray, "source target"]]:
    """Deviations from the mean, 0 where unknown, and how many are known. The mean is left out, as
    heads fitted on fewer rows are off in one direction."""
    known = np.isfinite(values)
    n_known = known.sum(axis=0)
    mean = np.where(known, values, 0.0).sum(axis=0) / np.maximum(n_known, 1)
    return np.where(known, values - mean, 0.0), n_known


def _of_rows(landscape: Landscape, measure: Measure) -> Deviations:
    """How far the rows of every half move a value while heads stand still."""
    halves = landscape.halves
    assert halves is not None
    weights = halves * (halves.shape[1] / np.maximum(halves.sum(axis=1, keepdims=True), 1))
    return _centred(measure(*add_up(landscape, weights)))[0]


def _as_student(free: np.ndarray) -> np.ndarray:
    """How much wider 95 % of Student's t with so many degrees of freedom are."""
    from scipy.special import stdtrit

    return np.asarray(stdtrit(free, 0.975) / USUAL)


def within_range(
    measure: Measure, values: Float[np.ndarray, "*replicate source target"]
) -> Float[np.ndarray, "*replicate source target"]:
    """Values that the measure can take: no distance below 0, no similarity past `lowest` or 1."""
    if measure.is_directed:
        return values
    if measure.is_distance:
        return np.asarray(np.maximum(values, 0.0))
    return np.asarray(np.clip(values, measure.lowest, 1.0))
