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
    return float(silhouettes(similarity[None], labels[None])[0])


def silhouettes(
    similarity: Float[np.ndarray, "stack source target"], labels: Int[np.ndarray, "stack task"]
) -> Float[np.ndarray, " stack"]:
    """`silhouette` of a stack of similarities, each with its own labels."""
    n_tasks = labels.shape[1]
    distance = np.where(np.eye(n_tasks, dtype=bool), 0.0, 1 - similarity)
    member = (labels[:, :, None] == np.arange(labels.max() + 1)).astype(float)
    size = member.sum(axis=1)
    to_group = distance @ member
    own = member.astype(bool)
    own_size = (member * size[:, None]).sum(axis=2)
    inside = to_group[own].reshape(labels.shape) / np.maximum(own_size - 1, 1)
    mean = to_group / np.maximum(size, 1)[:, None]
    nearest = np.where(own | (size == 0)[:, None], np.inf, mean).min(axis=2)
    nearest = np.where(np.isfinite(nearest), nearest, inside)  # no other group: undefined below
    larger = np.maximum(inside, nearest)
    score = (nearest - inside) / np.where(larger > 0, larger, 1.0)
    score = np.where(own_size > 1, score, 0.0)
    n_groups = (size > 0).sum(axis=1)
    defined = (n_groups > 1) & (n_groups < n_tasks)
    return np.where(defined, score.mean(axis=1), np.nan)


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
    shuffled = np.ones((n_shuffles, n_tasks, n_tasks))
    for place in range(n_shuffles):
        pairs = rng.permutation(similarity[upper])
        shuffled[place, upper[0], upper[1]] = pairs
        shuffled[place, upper[1], upper[0]] = pairs
    labels = cut_trees(shuffled, n_groups)
    nulls = {}
    for place, n in enumerate(n_groups):
        scores = silhouettes(shuffled, labels[:, place])
        undefined = bool(np.isnan(scores).all())
        level = np.nan if undefined else float(np.nanpercentile(scores, NULL_PERCENTILE))
        nulls[n] = MARGIN * level if level > 0 else level
    return nulls
