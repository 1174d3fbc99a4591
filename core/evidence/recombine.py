"""The best partitions that can be put together from groups with known gains."""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
from jaxtyping import Float

from core.errors import MethodError
from core.evidence.partitions import Group, Partition, canonical, is_proper
from core.evidence.search.rules import Rules
from core.evidence.search.select import select_groups

MOST_TASKS = 12
"""Tasks up to which more than the best partition is looked for: a selection takes 0.04 s there and
0.3 s with fifteen tasks."""


def best_proper(
    groups: Sequence[Group],
    gains: Float[np.ndarray, "group task"],
    n: int = 1,
    networks: float | None = None,
) -> tuple[Partition, ...]:
    """Up to `n` partitions with the largest sums of gains that are neither all alone nor all
    together, the best first; only one of more than twelve tasks. At most so many `networks`.

    The partitions but the best fall into classes, one for each of its groups: without that group,
    with all groups before it. The best of every class comes next (Lawler 1972).
    """
    n_tasks = gains.shape[1]
    rows = [row for row, group in enumerate(groups) if len(group) < n_tasks]
    known = _Known([groups[row] for row in rows], gains[rows], Rules(networks=networks))
    most = n if n_tasks <= MOST_TASKS else 1
    found: list[Partition] = []
    open_: list[_Class] = []
    known.open((), frozenset(), open_)
    while open_ and len(found) < most:
        _, best, kept, without = heappop(open_)
        if is_proper(best):
            found.append(best)
        for place, group in enumerate(best):
            if group not in kept:
                before = tuple(dict.fromkeys((*kept, *best[:place])))
                known.open(before, without | {group}, open_)
    return tuple(found)


_Class = tuple[float, Partition, tuple[Group, ...], frozenset[Group]]
"""Loss of the best partition of a class, that partition, the groups that all of the class hold,
and those that none of it does."""


@dataclass(frozen=True)
class _Known:
    groups: Sequence[Group]
    gains: Float[np.ndarray, "group task"]
    rules: Rules

    def open(self, kept: tuple[Group, ...], without: frozenset[Group], open_: list[_Class]) -> None:
        """Queue a class by its best partition; nothing where it is empty."""
        taken = {task for group in kept for task in group}
        rows = [
            row
            for row, group in enumerate(self.groups)
            if group in kept or (group not in without and taken.isdisjoint(group))
        ]
        try:
            chosen = select_groups([self.groups[row] for row in rows], self.gains[rows], self.rules)
        except MethodError:  # nothing serves every task any more
            return
        heappush(open_, (-chosen.mean_gain, canonical(chosen.groups), kept, without))
