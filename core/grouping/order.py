"""The order in which to draw tasks so that similar ones stand side by side."""

import numpy as np
from jaxtyping import Float, Int


def order_tasks(
    similarity: Float[np.ndarray, "source target"], labels: Int[np.ndarray, " task"]
) -> Int[np.ndarray, " task"]:
    """Task numbers, group after group; inside a group along the leaves of average linkage.

    Args:
        similarity: in [0, 1]; NaN counts as 0.
        labels: the group of each task.
    """
    parts = [np.flatnonzero(labels == group) for group in range(int(labels.max()) + 1)]
    return np.concatenate([part[_leaves(similarity[np.ix_(part, part)])] for part in parts])


def _leaves(similarity: Float[np.ndarray, "source target"]) -> Int[np.ndarray, " task"]:
    from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
    from scipy.spatial.distance import squareform

    if len(similarity) < 3:
        return np.arange(len(similarity))
    distance = 1.0 - np.nan_to_num(similarity, nan=0.0)
    np.fill_diagonal(distance, 0.0)
    condensed = squareform((distance + distance.T) / 2, checks=False)
    tree = linkage(condensed, "average")
    return np.asarray(leaves_list(optimal_leaf_ordering(tree, condensed)))
