"""Tasks with their own samples: what lies between two tasks beyond what lies within each."""

import numpy as np
from jaxtyping import Float

from core.affinity.base import Totals, ratio


def mean_distance(
    part: Float[np.ndarray, "*replicate source target"], totals: Totals
) -> Float[np.ndarray, "*replicate source target"]:
    """The mean of a distance over the pairs of samples that two tasks are compared on.

    With `energy` pairing it is the energy distance 2 E‖s − t‖ − E‖s − s'‖ − E‖t − t'‖ (Székely and
    Rizzo 2013), 0 for two tasks of one law; without bias, so an estimate may lie below 0.
    """
    between = ratio(part, totals.count)
    if totals.pairing != "energy":
        return between
    source, target = _within(between)
    return np.asarray((2 * between - source - target) * _apart(between))


def mean_likeness(
    part: Float[np.ndarray, "*replicate source target"], totals: Totals
) -> Float[np.ndarray, "*replicate source target"]:
    """The mean of a likeness in [−1, 1]; with `energy` pairing as a share of that within the tasks
    (their geometric mean), 1 for two tasks of one law and 0 where a task has none (ours)."""
    between = ratio(part, totals.count)
    if totals.pairing != "energy":
        return between
    source, target = _within(between)
    scale = np.sqrt(np.maximum(source, 0.0) * np.maximum(target, 0.0))
    eye = np.eye(between.shape[-1])
    share = np.divide(between, scale, out=np.zeros_like(between), where=scale > 0)
    known = np.where(totals.count > 0, np.clip(share, -1.0, 1.0), np.nan)
    return np.where(eye == 1, 1.0, known)


def _within(
    between: Float[np.ndarray, "*replicate source target"],
) -> tuple[Float[np.ndarray, "*replicate source 1"], Float[np.ndarray, "*replicate 1 target"]]:
    own = np.diagonal(between, axis1=-2, axis2=-1)
    return own[..., :, None], own[..., None, :]


def _apart(between: Float[np.ndarray, "*any"]) -> Float[np.ndarray, "source target"]:
    """0 between a task and itself, 1 elsewhere."""
    return np.asarray(1.0 - np.eye(between.shape[-1]))
