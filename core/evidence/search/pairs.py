"""Train all pairs, and foretell larger groups from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from jaxtyping import Float

from core.errors import MethodError
from core.evidence.search.candidates import pool_groups
from core.evidence.search.measured import Group, Measured, membership
from core.evidence.search.oracle import Quest
from core.evidence.search.select import select_groups
from core.evidence.search.strategy import SearchResult, Strategy, best_so_far, finish
from core.methods import knob


@dataclass(frozen=True)
class Pairs(Strategy):
    """The higher-order approximation: a task gains in a group what it gains, on average, in its
    pairs with the others (Standley et al. 2020, §5.2; the same in Fifty et al. 2021)."""

    title = "All pairs"
    summary = "Trains every pair; a larger group is taken for the mean of its pairs."

    pool: int = knob(1000, "Larger groups considered.", low=10, high=5000)

    def default_budget(self, n_tasks: int) -> int:
        return n_tasks * (n_tasks + 1) // 2

    def __call__(self, quest: Quest) -> SearchResult:
        names = quest.oracle.task_names
        known = set(quest.start.groups)
        listed = quest.rules.listed or tuple(combinations(range(len(names)), 2))
        pairs = [pair for pair in listed if len(pair) == 2 and pair not in known]
        if len(pairs) > quest.left(quest.start):
            raise MethodError(
                f"All pairs of {len(names)} tasks need {len(pairs)} measurements, but "
                f"{quest.left(quest.start)} are left; raise n_measured or use the surrogate."
            )
        measured, history = quest.start, [best_so_far(quest.start, quest.rules)]
        for pair in pairs:
            measured = quest.oracle.measure(measured, [pair])
            quest.report(measured)
        history.append(best_so_far(measured, quest.rules))
        return self._select(quest, measured, history)

    def _select(self, quest: Quest, measured: Measured, history: list[float]) -> SearchResult:
        pair_gains = gains_of_pairs(measured)

        def foretold(groups: Sequence[Group]) -> Float[np.ndarray, "group task"]:
            return from_pairs(pair_gains, groups)

        names = measured.task_names
        cost = quest.oracle.cost
        pool = pool_groups(measured, foretold, quest.rules, self.pool, cost)
        groups = (*measured.groups, *pool)
        gains = np.concatenate([measured.gains, foretold(pool)])
        costs = np.concatenate([measured.costs, cost(pool)])
        chosen = select_groups(groups, gains, quest.rules, costs, names, seed=quest.seed)
        return finish(chosen, measured, history)


def gains_of_pairs(measured: Measured) -> Float[np.ndarray, "task partner"]:
    """The gain of a task with each single partner; NaN where the pair was not measured."""
    n_tasks = len(measured.task_names)
    gains = np.full((n_tasks, n_tasks), np.nan)
    for group, row in zip(measured.groups, measured.gains, strict=True):
        if len(group) == 2:
            gains[group[0], group[1]], gains[group[1], group[0]] = row[list(group)]
    return gains


def from_pairs(
    pair_gains: Float[np.ndarray, "task partner"], groups: Sequence[Group]
) -> Float[np.ndarray, "group task"]:
    """The mean gain of every member over its measured pairs with the others; NaN outside a group
    and where none of them was measured."""
    member = membership(groups, len(pair_gains)).astype(float)
    known = np.isfinite(pair_gains) & ~np.eye(len(pair_gains), dtype=bool)
    count = member @ known.T.astype(float)
    total = member @ np.where(known, pair_gains, 0.0).T
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    single = member.sum(axis=1, keepdims=True) == 1
    return np.asarray(np.where(member > 0, np.where(single, 0.0, mean), np.nan))
