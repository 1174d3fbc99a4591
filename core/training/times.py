"""Times to events as the trainer sees them: the interval that each row left in, and how."""

import numpy as np
from jaxtyping import Bool, Float, Int

from core.hazard import (
    N_INTERVALS,
    base_logits,
    hazard_loss,
    hazard_targets,
    interval_edges,
    interval_of,
)


def find_edges(
    times: Float[np.ndarray, " row"], patient: Int[np.ndarray, " row"]
) -> Float[np.ndarray, " edge"]:
    """Inner edges of the intervals by the signed times of the training rows (NaN: unknown) and
    whose they are."""
    if np.isnan(times).all():
        return np.zeros(N_INTERVALS - 1)
    return interval_edges(times, patient=patient)


def code_times(
    times: Float[np.ndarray, " row"], edges: Float[np.ndarray, " edge"]
) -> Float[np.ndarray, " row"]:
    """2 · interval, plus 1 where the row left it by an event; 0 where the time is unknown."""
    code = 2.0 * interval_of(times, edges) + (times > 0)
    return np.asarray(np.where(np.isnan(times), 0.0, code))


def constant_times(
    times: Float[np.ndarray, " row"], edges: Float[np.ndarray, " edge"]
) -> tuple[Float[np.ndarray, " interval"], float]:
    """The logits of the best constant predictor of some signed times, and its mean loss."""
    event, at_risk = hazard_targets(times, edges)
    logits = base_logits(event, at_risk)
    losses = hazard_loss(np.broadcast_to(logits, event.shape), event, at_risk)
    known: Bool[np.ndarray, " row"] = ~np.isnan(times)
    return logits, float(losses[known].mean()) if known.any() else 0.0
