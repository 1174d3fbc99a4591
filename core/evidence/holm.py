"""Many tasks are looked at, so some would seem helped by chance: p-values adjusted for that."""

import numpy as np
from jaxtyping import Float


def adjust(p: Float[np.ndarray, " task"]) -> Float[np.ndarray, " task"]:
    """Holm's step-down adjustment (Holm 1979); NaN stays NaN and is not counted."""
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    adjusted = np.full(len(p), np.nan)
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * factors))
    return adjusted
