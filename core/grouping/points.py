"""The embedding as the mixture sees it: few dimensions, unit scale, copies at one place."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from core.values import Embedding

MOST_DIMENSIONS = 4
SAME_PLACE = 1e-3
"""Tasks closer than this share of the widest spread are copies and stand at one place (ours)."""


class Reduced(NamedTuple):
    """Principal coordinates; `first_copy` names, for each task, the first task at its place."""

    values: Float[np.ndarray, "task dimension"]
    replicates: Float[np.ndarray, "replicate task dimension"]
    first_copy: Int[np.ndarray, " task"]


def reduce_points(embedding: Embedding) -> Reduced:
    """Principal coordinates of the point estimate (at most 4, and fewer than tasks), divided by the
    standard deviation of the first; the replicates go through the same map."""
    centre = embedding.values.mean(axis=0)
    _, spread, axes = np.linalg.svd(embedding.values - centre, full_matrices=False)
    n_dims = max(1, min(MOST_DIMENSIONS, len(embedding.values) - 1))
    widest = spread[0] / np.sqrt(len(embedding.values))
    axes = axes[:n_dims].T / (widest if widest > SAME_PLACE**2 else 1.0)
    values = (embedding.values - centre) @ axes
    gaps = np.linalg.norm(values[:, None] - values[None], axis=2)
    first_copy = (gaps < SAME_PLACE).argmax(axis=1)
    return Reduced(
        values=values[first_copy],
        replicates=(embedding.replicates - centre) @ axes,
        first_copy=first_copy,
    )
