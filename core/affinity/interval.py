"""The 95 % interval of a bootstrap."""

import numpy as np
from jaxtyping import Float

LOW, HIGH = 0.025, 0.975


def interval(
    replicates: Float[np.ndarray, "replicate source target"],
) -> tuple[Float[np.ndarray, "source target"], Float[np.ndarray, "source target"]]:
    """2.5th and 97.5th percentile of the replicates that are defined; NaN where none is."""
    ordered = np.sort(replicates, axis=0)  # NaN last
    last = np.isfinite(replicates).sum(axis=0) - 1
    return _quantile(ordered, last, LOW), _quantile(ordered, last, HIGH)


def _quantile(
    ordered: Float[np.ndarray, "replicate source target"], last: np.ndarray, share: float
) -> Float[np.ndarray, "source target"]:
    place = share * np.maximum(last, 0)
    below = np.floor(place).astype(int)
    above = np.ceil(place).astype(int)
    low = np.take_along_axis(ordered, below[None], axis=0)[0]
    high = np.take_along_axis(ordered, above[None], axis=0)[0]
    return np.where(last < 0, np.nan, low + (place - below) * (high - low))
