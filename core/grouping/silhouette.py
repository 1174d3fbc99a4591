"""How well separated groups are, and how well they would look by chance."""

import numpy as np
from jaxtyping import Float, Int

from core.grouping.cut import cut_trees

SHUFFLES = 100
MARGIN = 1.15
"""How many times the 95th percentile of the shuffles is the level (ours): ten or more numbers of
groups and five ways are tried."""
NULL_PERCENTILE = 95.0


def silhouette(
    similarity: Float[np.ndarray, "source target"], labels: Int[np.ndarray, " task"]
) -> float:
    """Mean silhouette (Rousseeuw 1987) on the dissimilarity 1 − similarity; a task alone in its
    group counts 0, and the score is NaN for one group or for every task alone."""
    return float(silhouettes(similarity, labels[None])[0])


def silhouettes(
    similarity: Float[np.ndarray, "source target"], labels: Int[np.ndarray, "partition task"]
) -> Float[np.ndarray, " partition"]:
    """`silhouette` of many partitions of the same tasks.

    Distances are added up once, over the tasks that no partition tells apart: of the cuts of a
    tree, the groups of the finest.
    """
    distance = 1 - similarity
    np.fill_diagonal(distance, 0.0)
    groups, part = np.unique(labels, axis=1, return_inverse=True)
    to_part, size = distance @ _one_hot(part.reshape(-1)), np.bincount(part.reshape(-1))
    every = zip(groups, labels, strict=True)
    return np.array([_silhouette(to_part, size, *one) for one in every])


def _silhouette(
    to_part: Float[np.ndarray, "task part"],
    part_size: Int[np.ndarray, " part"],
    group_of: Int[np.ndarray, " part"],
    labels: Int[np.ndarray, " task"],
) -> float:
    """Of the groups that some parts make up, from the sum of each task's distances to a part."""
    member, task = _one_hot(group_of), np.arange(len(labels))
    size = part_size @ member
    n_groups = int((size > 0).sum())
    if not 1 < n_groups < len(labels):
        return float("nan")
    to_group, own_size = to_part @ member, size[labels]
    inside = to_group[task, labels] / np.maximum(own_size - 1, 1)
    mean = np.where(size > 0, to_group / np.maximum(size, 1), np.inf)
    mean[task, labels] = np.inf
    nearest = mean.min(axis=1)
    larger = np.maximum(inside, nearest)
    score = (nearest - inside) / np.where(larger > 0, larger, 1.0)
    return float(np.where(own_size > 1, score, 0.0).mean())


def _one_hot(labels: Int[np.ndarray, " item"]) -> Float[np.ndarray, "item label"]:
    return np.asarray(labels[:, None] == np.arange(labels.max() + 1), dtype=float)


def silhouette_nulls(
    similarity: Float[np.ndarray, "source target"],
    n_groups: tuple[int, ...],
    seed: int,
    n_shuffles: int = SHUFFLES,
) -> dict[int, float]:
    """1.15 times the 95th percentile of the silhouette by chance, for each number of groups (ours).

    The off-diagonal similarities are shuffled among the pairs, which keeps their values and breaks
    their structure; average linkage then makes the groups. NaN where no silhouette is defined.
    On its own it is too easy: it takes the effect of base rates on whole rows for structure.
    """
    n_tasks = len(similarity)
    upper = np.triu_indices(n_tasks, 1)
    rng = np.random.default_rng(seed)
    scores = np.zeros((n_shuffles, len(n_groups)))
    for place in range(n_shuffles):
        shuffled, pairs = np.ones((n_tasks, n_tasks)), rng.permutation(similarity[upper])
        shuffled[upper] = pairs
        shuffled.T[upper] = pairs
        scores[place] = silhouettes(shuffled, cut_trees(shuffled[None], n_groups)[0])
    nulls = {}
    for n, found in zip(n_groups, scores.T, strict=True):
        undefined = bool(np.isnan(found).all())
        level = np.nan if undefined else float(np.nanpercentile(found, NULL_PERCENTILE))
        nulls[n] = MARGIN * level if level > 0 else level
    return nulls
