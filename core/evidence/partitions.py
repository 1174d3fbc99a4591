"""A group is a tuple of ascending task numbers, a partition a tuple of groups by first task."""

from collections.abc import Collection, Iterable

import numpy as np
from jaxtyping import Int

from core.training import Group as Group

Partition = tuple[Group, ...]


def to_partition(labels: Int[np.ndarray, " task"]) -> Partition:
    """The partition that numbers the group of every task."""
    groups: dict[int, list[int]] = {}
    for task, group in enumerate(labels.tolist()):  # thousands of trees are cut: no sorting here
        groups.setdefault(group, []).append(task)
    return tuple(tuple(group) for group in groups.values())


def to_labels(partition: Partition) -> Int[np.ndarray, " task"]:
    """The group of every task; groups are numbered by their first task."""
    labels = np.empty(sum(len(group) for group in partition), dtype=int)
    for number, group in enumerate(partition):
        labels[list(group)] = number
    return labels


def canonical(groups: Iterable[Collection[int]]) -> Partition:
    """The same partition whatever the order of groups and tasks was."""
    return tuple(sorted(tuple(sorted(group)) for group in groups))


def alone(n_tasks: int) -> Partition:
    """Every task by itself."""
    return tuple((task,) for task in range(n_tasks))


def together(n_tasks: int) -> Partition:
    """All tasks in one group."""
    return (tuple(range(n_tasks)),)


def is_proper(partition: Partition) -> bool:
    """Whether it is neither every task alone nor all together."""
    return 1 < len(partition) < sum(len(group) for group in partition)


def random_partitions(partition: Partition, n: int, seed: int) -> tuple[Partition, ...]:
    """Up to `n` distinct partitions with the same group sizes, the given one left out.

    Fewer where fewer exist: drawing stops after 50 draws in a row without a new one.
    """
    rng = np.random.default_rng(seed)
    labels = to_labels(partition)
    found: dict[Partition, None] = {}
    misses = 0
    while len(found) < n and misses < 50:
        drawn = to_partition(rng.permutation(labels))
        misses += 1
        if drawn != partition and drawn not in found:
            found[drawn] = None
            misses = 0
    return tuple(found)
