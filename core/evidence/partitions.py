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
