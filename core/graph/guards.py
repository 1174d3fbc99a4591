"""When a graph or an embedding says nothing, in plain words (METHODS §3)."""

import numpy as np
from jaxtyping import Float

from core.graph.features import FLAT, scale_of

SPREAD_FLOOR = 0.05
"""Mean distance between the unit points of tasks below which they count as one point (ours)."""


def flat_graph(similarity: Float[np.ndarray, "source target"]) -> str:
    """Why the similarities cannot carry structure, or an empty text."""
    if len(similarity) < 3:
        return "The graph carries no structure: fewer than 3 tasks have at most one pair."
    scale = scale_of(similarity)
    if scale.spread > FLAT:
        return ""
    if not similarity[~np.eye(len(similarity), dtype=bool)].any():
        return "The graph carries no structure: no pair of tasks has a known similarity above 0."
    return (
        "The graph carries no structure: every pair of tasks is equally similar "
        f"({scale.mean:.2f})."
    )


def flat_points(values: Float[np.ndarray, "task dimension"]) -> str:
    """Why the points cannot carry structure, or an empty text.

    The rank is that of the points with a constant coordinate added, so it is 1 exactly when all
    points coincide; the spread is the mean distance between the points at unit mean norm.
    """
    size = float(np.linalg.norm(values, axis=1).mean()) or 1.0
    points = values / size
    gaps = np.linalg.norm(points[:, None] - points[None], axis=-1)
    spread = float(gaps.sum() / max(len(points) * (len(points) - 1), 1))
    rank = int(np.linalg.matrix_rank(np.column_stack([np.ones(len(points)), points]), rtol=1e-3))
    if rank > 1 and spread >= SPREAD_FLOOR:
        return ""
    return (
        "The graph carries no structure: the encoder placed all tasks at nearly one point "
        f"(mean distance {spread:.3f}, at least {SPREAD_FLOOR} is needed)."
    )
