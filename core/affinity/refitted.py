"""What fitted heads add to the bootstrap: the blocks re-weighted know nothing of their fit."""

import numpy as np
from jaxtyping import Float

from core.affinity.base import Measure
from core.affinity.totals import add_up_refits
from core.values import Landscape


def refitted(
    landscape: Landscape, measure: Measure, n_replicates: int
) -> Float[np.ndarray, "replicate source target"] | float:
    """How far each replicate lies off because its heads were fitted to other patients (ours).

    The deviations of the refits from their mean, in turn, √(2 f) times as large where a refit holds
    the share f of the rows: at one half a refit varies as the whole does. Their mean is left out,
    as heads fitted on fewer rows are off in one direction; m of them lie √(1 − 1/m) as far from
    their own mean as from the true one. 0 where nothing was fitted again, or where the measure
    reads none of the sums that were taken again.
    """
    refits = landscape.refits
    named = [name for name in measure.reads if getattr(refits, name, None) is not None]
    if refits is None or not named or len(named) < len(measure.reads):
        return 0.0
    values = measure(*add_up_refits(landscape, refits))
    known = np.isfinite(values)
    n_known = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, values, 0.0).sum(axis=0) / n_known
    deviation = np.where(known, values - mean, 0.0)
    whole = np.maximum(landscape.sums.count.sum(axis=0), 1.0)
    share = np.minimum(refits.count.mean(axis=0) / whole, 0.5)
    free = n_known / np.maximum(n_known - 1, 1)
    return np.asarray(deviation * np.sqrt(2 * share * free))[np.arange(n_replicates) % len(values)]


def within_range(
    measure: Measure, values: Float[np.ndarray, "*replicate source target"]
) -> Float[np.ndarray, "*replicate source target"]:
    """Values that the measure can take: no distance below 0, no similarity past `lowest` or 1."""
    if measure.is_directed:
        return values
    if measure.is_distance:
        return np.asarray(np.maximum(values, 0.0))
    return np.asarray(np.clip(values, measure.lowest, 1.0))
