"""Cutting average-linkage trees of many similarities at many heights."""

import numpy as np
from jaxtyping import Float, Int

COPY = 1e-6
"""Mean dissimilarity below which groups are copies of each other (ours)."""


def cut_trees(
    similarity: Float[np.ndarray, "stack source target"], n_groups: tuple[int, ...]
) -> Int[np.ndarray, "stack cut task"]:
    """Labels 0, 1, … of every similarity of a stack, cut into each number of groups.

    The tree merges the pair of groups with the smallest mean of 1 − similarity (UPGMA). Copies
    (similarity 1) are never cut apart, so there may be fewer groups than asked for.
    """
    from scipy.cluster.hierarchy import linkage

    n_tasks = similarity.shape[-1]
    labels = np.zeros((len(similarity), len(n_groups), n_tasks), dtype=np.int64)
    if n_tasks == 1:
        return labels
    upper = np.triu_indices(n_tasks, 1)
    for place, pairs in enumerate((1 - similarity)[:, upper[0], upper[1]]):
        tree = linkage(pairs, method="average")
        copies = int((tree[:, 2] < COPY).sum())
        labels[place] = _cut(tree[:, :2].astype(int), np.minimum(n_groups, n_tasks - copies))
    return labels


def _cut(
    merges: Int[np.ndarray, "merge 2"], n_groups: Int[np.ndarray, " cut"]
) -> Int[np.ndarray, "cut task"]:
    """The partition after all but K − 1 of the merges, for each K."""
    n_tasks = len(merges) + 1
    current = np.arange(n_tasks)  # the tree node that holds each task
    cuts = {n_tasks: current.copy()}
    for done, (one, other) in enumerate(merges):
        current[(current == one) | (current == other)] = n_tasks + done
        cuts[n_tasks - done - 1] = current.copy()
    return np.stack([np.unique(cuts[k], return_inverse=True)[1] for k in n_groups])
