"""The partition that a model of gains likes best, where all groups cannot be listed."""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float

from core.evidence.partitions import Group, Partition, canonical

Predict = Callable[[Sequence[Group]], Float[np.ndarray, "group task"]]
"""Expected gains of some groups; NaN outside a group, 0 for a group of one."""

MOST_STEPS = 200
"""Moves of one climb at most (ours)."""


def refine(partition: Partition, predict: Predict) -> Partition:
    """Climb from a partition to one that no single move makes better.

    A move takes one task into another group or into one of its own, or joins two groups. The best
    move is made each time, so the sum of expected gains only rises.
    """
    worth: dict[Group, float] = {}

    def value(groups: Sequence[Group]) -> list[float]:
        new = list(dict.fromkeys(group for group in groups if group not in worth))
        if new:
            gains = predict(new)
            worth.update(zip(new, np.nansum(gains, axis=1).tolist(), strict=True))
        return [worth[group] for group in groups]

    current = canonical(partition)
    for _ in range(MOST_STEPS):
        moves = _moves(current)
        if not moves:
            return current
        value([group for _, put in moves for group in put])
        gained = [sum(value(put)) - sum(value(taken)) for taken, put in moves]
        best = int(np.argmax(gained))
        if gained[best] <= 1e-12:
            return current
        taken, put = moves[best]
        current = canonical([*(group for group in current if group not in taken), *put])
    return current


def _moves(partition: Partition) -> list[tuple[list[Group], list[Group]]]:
    """What each move takes away and puts in its place."""
    moves: list[tuple[list[Group], list[Group]]] = []
    for place, group in enumerate(partition):
        for task in group:
            rest = [tuple(other for other in group if other != task)] if len(group) > 1 else []
            moves += [
                ([group, other], [*rest, tuple(sorted((*other, task)))])
                for other in partition
                if other != group and rest
            ]
            if len(group) > 1:
                moves.append(([group], [*rest, (task,)]))
        moves += [([group, other], [tuple(sorted(group + other))]) for other in partition[:place]]
    return moves
