"""Partitions that keep the rules of who shares a network and who never does.

Tasks that are pinned together are one unit; partitions are drawn and improved unit by unit.
"""

from collections.abc import Sequence
from itertools import chain

import numpy as np
from jaxtyping import Float, Int

from core.evidence.partitions import Group, Partition, canonical, to_partition
from core.evidence.refine import Predict, refine
from core.evidence.search.measured import membership
from core.evidence.search.rules import Rules


def keeps(rules: Rules, partition: Partition) -> bool:
    """Whether every group of a partition keeps the rules."""
    n_tasks = sum(len(group) for group in partition)
    return bool(rules.allowed(membership(partition, n_tasks)).all())


def keeping(rules: Rules, groups: Sequence[Group], n_tasks: int) -> list[Group]:
    """The groups that keep the rules."""
    allowed = rules.allowed(membership(groups, n_tasks))
    return [group for group, is_allowed in zip(groups, allowed, strict=True) if is_allowed]


def from_units(rules: Rules, labels: Int[np.ndarray, " unit"], n_tasks: int) -> Partition:
    """The partition that numbers the group of every unit; a group that breaks the rules falls
    apart into its units."""
    units = rules.units(n_tasks)
    found: list[Group] = []
    for numbers in to_partition(labels):
        group = _joined(units, numbers)
        whole = len(keeping(rules, [group], n_tasks)) == 1
        found += [group] if whole else [units[number] for number in numbers]
    return canonical(found)


def climb(rules: Rules, start: Partition, predict: Predict) -> Partition:
    """The partition from `start` that no move of a unit makes better, by a model of gains.

    Args:
        rules: kept by `start`.
        start: where the climb begins.
        predict: expected gains of some groups.
    """
    n_tasks = sum(len(group) for group in start)
    units = rules.units(n_tasks)
    place = {task: number for number, unit in enumerate(units) for task in unit}

    def worth(groups: Sequence[Group]) -> Float[np.ndarray, "group task"]:
        tasks = [_joined(units, numbers) for numbers in groups]
        broken = ~rules.allowed(membership(tasks, n_tasks))
        return np.where(broken[:, None], -np.inf, predict(tasks))

    begun = canonical({place[task] for task in group} for group in start)
    return canonical(_joined(units, numbers) for numbers in refine(begun, worth))


def _joined(units: Sequence[Group], numbers: Sequence[int]) -> Group:
    return tuple(sorted(chain.from_iterable(units[number] for number in numbers)))
