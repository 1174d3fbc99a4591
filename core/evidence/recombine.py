"""The best partition that can be put together from groups with known gains."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from core.evidence.partitions import Group, Partition, canonical, is_proper
from core.evidence.search.select import select_groups


def best_proper(groups: Sequence[Group], gains: Float[np.ndarray, "group task"]) -> Partition:
    """The partition with the largest sum of gains that is neither all alone nor all together;
    empty where the groups allow none. Alone, every task gains 0."""
    n_tasks = gains.shape[1]
    kept = [row for row, group in enumerate(groups) if len(group) < n_tasks]
    best = canonical(select_groups([groups[row] for row in kept], gains[kept]).groups)
    shared = [row for row in kept if len(groups[row]) > 1]
    if is_proper(best) or not shared:
        return best if shared else ()
    # Alone is best, so no group gains anything, and a second one could only add to the harm.
    least = max(shared, key=lambda row: float(np.nansum(gains[row])))
    return canonical(
        [groups[least], *((task,) for task in range(n_tasks) if task not in groups[least])]
    )
