"""From a measure's own units to a symmetric similarity in [0, 1]."""

import numpy as np
from jaxtyping import Float


def scale_of(distance: Float[np.ndarray, "source target"]) -> float:
    """The median distance between two tasks; of the positive ones where most are 0; else 1."""
    apart = distance[~np.eye(len(distance), dtype=bool)]
    apart = apart[np.isfinite(apart)]
    for candidates in (apart, apart[apart > 0]):
        if len(candidates) and np.median(candidates) > 0:
            return float(np.median(candidates))
    return 1.0


ALMOST = 1.0 - 1e-4
"""The most alike that two tasks without a sample in common can look: an estimate that falls on or
past the end of its scale makes no copies of them (ours)."""


def to_similarity(
    values: Float[np.ndarray, "*replicate source target"],
    scale: float | None,
    lowest: float = 0.0,
    highest: float = 1.0,
) -> Float[np.ndarray, "*replicate source target"]:
    """exp(−(a / scale)²) of a distance (ours); a similarity (scale None) with `lowest` put at 0.

    The bootstrap uses the scale of the point estimate, so that a replicate in which all distances
    grow shows as less similar. The diagonal is 1, nothing else above `highest`; NaN stays NaN.
    """
    if scale is None:
        raw = np.clip((values - lowest) / (1.0 - lowest), 0.0, 1.0)
    else:
        with np.errstate(over="ignore", under="ignore"):  # infinitely far apart is 0 alike
            raw = np.exp(-((values / scale) ** 2))
    return np.where(np.eye(values.shape[-1], dtype=bool), 1.0, np.minimum(raw, highest))


ROUNDING = 1e-6
"""Shares of a loss up to which a step did nothing, in single precision."""


def scale_of_own(values: Float[np.ndarray, "source target"]) -> float:
    """What a task does to itself, in the median over the tasks and whichever way; 1 for nothing."""
    own = np.abs(np.diagonal(values))
    own = own[np.isfinite(own)]
    return float(np.median(own)) if len(own) and np.median(own) > ROUNDING else 1.0


def share_of_own(
    values: Float[np.ndarray, "*replicate source target"], least: float
) -> Float[np.ndarray, "*replicate source target"]:
    """What two tasks do for each other as a share of what they do for themselves (ours):
    (Z_st + Z_ts) / (Z_ss + Z_tt), cut to [0, 1], 1 for copies.

    Both directions add up, as they do where the authors of TAG select networks. `least` stands in
    for a smaller denominator, where tasks hardly do anything for themselves; tasks that do nothing
    at all, as in a joint run that stands still, are no copies of each other.
    """
    own = np.diagonal(values, axis1=-2, axis2=-1)
    alone = own[..., :, None] + own[..., None, :]
    both = values + np.swapaxes(values, -1, -2)
    share = np.clip(both / np.maximum(alone, least), 0.0, 1.0)
    same = (np.abs(both - alone) <= 1e-9 * least) & (alone != 0)
    return np.where(same | np.eye(values.shape[-1], dtype=bool), 1.0, share)
