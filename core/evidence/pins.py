"""Partitions that keep the rules of who shares a network and who never does.

Tasks that are pinned together are one unit; partitions are drawn and improved unit by unit.
"""

from collections.abc import Sequence
from itertools import chain

import numpy as np
from jaxtyping import Float, Int

from core.evidence.candidate import Candidate
from core.evidence.partitions import Group, Partition, canonical, to_partition
from core.evidence.refine import Predict, refine
from core.evidence.search.measured import membership
from core.evidence.search.rules import Rules


def keeps(rules: Rules, candidate: Candidate) -> bool:
    """Whether every network keeps the rules, and there are no more of them than there may be."""
    n_tasks = sum(len(group) for group in candidate.partition)
    fits = rules.networks is None or len(candidate.groups) <= rules.networks
    return fits and bool(rules.allowed(membership(candidate.groups, n_tasks)).all())


def broken_rule(rules: Rules, n_networks: int) -> str:
    """Which rule something breaks that takes so many networks."""
    if rules.networks is not None and n_networks > rules.networks:
        return f"takes {n_networks} networks, and you allow {rules.networks:g}"
    return "breaks your rules of who shares a network"


def least_sharing(rules: Rules, n_tasks: int) -> Candidate:
    """What the rules ask for and nothing beyond: pinned tasks together, all others alone; where
    that takes too many networks, every unit in the first of them that it may join."""
    units = rules.units(n_tasks)
    if rules.networks is None or len(units) <= rules.networks:
        return Candidate("only what you pinned", canonical(units))
    filled: list[Group] = []
    for unit in units:
        joined = [tuple(sorted((*group, *unit))) for group in filled]
        free = [place for place, one in enumerate(joined) if keeping(rules, [one], n_tasks)]
        if free:
            filled[free[0]] = joined[free[0]]
        else:
            filled.append(unit)
    return Candidate("the fewest networks that your rules allow", canonical(filled))


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
