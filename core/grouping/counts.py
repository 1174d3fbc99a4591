"""How many groups are tried."""

from math import ceil, sqrt

import numpy as np
from jaxtyping import Float

from core.errors import MethodError
from core.grouping.chance import Chance
from core.grouping.cut import cut_trees
from core.grouping.silhouette import silhouettes

FEW = 10
"""Numbers of groups that are always tried, where there are as many tasks."""

CHEAP = 16
"""Up to here a mixture is fitted whatever the tasks look like: a second for 64 of them (ours)."""

BEYOND = 1.25
"""How far past the best cut of the tree mixtures are fitted (ours)."""


def largest_count(n_tasks: int) -> int:
    """The most groups that are tried unless somebody asks: 10, or 2 √T where that is more (ours).

    √T is the usual limit in cluster analysis (Bezdek & Pal 1998); groups of tasks are small, as a
    network serves few of them well.
    """
    return min(max(FEW, ceil(2 * sqrt(n_tasks))), max(n_tasks - 1, 1))


def group_counts(n_tasks: int, max_groups: int = 0, n_groups: int | None = None) -> tuple[int, ...]:
    """The numbers of groups to try: 1 … max_groups, and `n_groups` where it is given.

    Args:
        n_tasks: How many tasks there are.
        max_groups: The largest number; 0 takes `largest_count`.
        n_groups: What a user asked for.

    Raises:
        MethodError: more groups asked for than there are tasks, or fewer than 1.
    """
    for name, asked in (("max_groups", max_groups), ("n_groups", n_groups or 1)):
        if asked > n_tasks:
            raise MethodError(
                f"{name}={asked}: there are only {n_tasks} tasks; ask for at most {n_tasks} groups."
            )
    if n_groups is not None and n_groups < 1:
        raise MethodError(
            f"n_groups={n_groups}: at least 1 group is needed; ask for 1 to {n_tasks}."
        )
    largest = max_groups or largest_count(n_tasks)
    return tuple(sorted({*range(1, largest + 1), *([n_groups] if n_groups else [])}))


def worth_fitting(
    similarity: Float[np.ndarray, "source target"], counts: tuple[int, ...], chance: Chance
) -> int:
    """The most groups that mixtures are fitted with: their cost grows with the square.

    Average linkage costs next to nothing, and says where among many groups the structure is: at
    the cut that is best separated of those above chance.
    """
    if counts[-1] <= CHEAP:
        return counts[-1]
    tried = tuple(k for k in counts if k > 1)
    best, largest = 1, -np.inf
    cuts = cut_trees(similarity[None], tried)[0]
    for count, labels, found in zip(tried, cuts, silhouettes(similarity, cuts), strict=True):
        if found > max(largest, chance.level(labels)):
            best, largest = count, found
    return max(CHEAP, ceil(BEYOND * best))
