"""From affinities to the task graph and its bootstrap replicates."""

import numpy as np
from jaxtyping import Bool, Float

from core.graph.base import GraphMethod
from core.graph.nearest import NearestNeighbours
from core.values import Affinity, TaskGraph


def build_graph(affinity: Affinity, method: GraphMethod | None = None) -> TaskGraph:
    """Link the tasks by their similarity, and once more on every bootstrap replicate.

    A NaN similarity (no shared sample) counts as 0 and makes no edge. A task that the rule leaves
    alone is linked to the task most similar to it, where any is above 0 (ours: an encoder learns
    nothing about a node without neighbours).

    Args:
        affinity: Its `similarity` and `replicates` are read; a direction that differs from the
            other is averaged with it.
        method: The rule for edges; `NearestNeighbours()` when left out.
    """
    rule = method or NearestNeighbours()
    similarity, replicates = _clean(affinity.similarity), _clean(affinity.replicates)
    return TaskGraph(
        task_names=affinity.task_names,
        similarity=similarity,
        adjacent=_link(rule, similarity),
        replicate_similarity=replicates,
        replicate_adjacent=_link(rule, replicates),
    )


def _clean(
    similarity: Float[np.ndarray, "*stack source target"],
) -> Float[np.ndarray, "*stack source target"]:
    """Symmetric, in [0, 1], 0 where neither direction is known, 1 on the diagonal."""
    back = np.swapaxes(similarity, -1, -2)
    there = np.where(np.isnan(similarity), back, similarity)
    mean = (there + np.swapaxes(there, -1, -2)) / 2
    known = np.clip(np.nan_to_num(mean, nan=0.0), 0.0, 1.0)
    return np.where(np.eye(similarity.shape[-1], dtype=bool), 1.0, known)


def _link(
    rule: GraphMethod, similarity: Float[np.ndarray, "*stack source target"]
) -> Bool[np.ndarray, "*stack source target"]:
    adjacent = rule(similarity)
    others = np.where(np.eye(similarity.shape[-1], dtype=bool), 0.0, similarity)
    strongest = others.max(axis=-1, keepdims=True, initial=0.0)
    alone = ~adjacent.any(axis=-1, keepdims=True)
    rescued = alone & (others == strongest) & (strongest > 0)
    return np.asarray(adjacent | rescued | np.swapaxes(rescued, -1, -2))
