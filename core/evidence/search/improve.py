"""How much each unmeasured group could improve the best selection, in every posterior draw."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from core.evidence.search.measured import Group, Measured
from core.evidence.search.prices import price
from core.evidence.search.problem import Problem, pose
from core.evidence.search.rules import Rules
from core.evidence.search.subsets import best_table, block_table, cost_steps, list_blocks

MAX_EXACT = 12
"""Units up to which the rest of a selection is known for every subset."""


@dataclass(frozen=True)
class Outlook:
    """Unmeasured groups with their foretold gains, draws of them, and their costs."""

    groups: Sequence[Group]
    mean: Float[np.ndarray, "group task"]
    drawn: Float[np.ndarray, "group task draw"]
    costs: Float[np.ndarray, " group"]


def improvements(
    measured: Measured, outlook: Outlook, rules: Rules
) -> Float[np.ndarray, "group draw"]:
    """By how much the best selection with a group, at its drawn gains, beats the measured ones.

    All other unmeasured groups stand at their mean. Where the measured ones allow no selection yet,
    the least total of all groups and draws stands for theirs. Exact for few units; beyond, the
    group's worth at the prices of the relaxed selection. Never below 0.
    """
    problem = pose(
        [*measured.groups, *outlook.groups],
        np.concatenate([measured.gains, outlook.mean]),
        np.concatenate([measured.costs, outlook.costs]),
        rules,
    )
    steps = cost_steps(problem)
    if problem.n_units <= MAX_EXACT and steps is not None:
        return _exact(problem, *steps, len(measured.groups), outlook, rules)
    prices = price(problem, rules, outlook.mean.shape[1])
    draws = [prices.worth(gains, outlook.costs) for gains in np.moveaxis(outlook.drawn, 2, 0)]
    return np.asarray(np.maximum(np.stack(draws, axis=1), 0))


def _exact(
    problem: Problem,
    steps: Int[np.ndarray, " candidate"],
    last: int,
    n_measured: int,
    outlook: Outlook,
    rules: Rules,
) -> Float[np.ndarray, "group draw"]:
    """max over blocks B that the group serves: drawn gains of B + best of the other units."""
    whole = (1 << problem.n_units) - 1
    units = rules.units(outlook.mean.shape[1])
    best = _totals(problem, steps, last, np.ones(len(steps), dtype=bool))
    is_measured = problem.row < n_measured
    base = _totals(problem, steps, last, is_measured)[whole, last]
    found = np.full((len(outlook.groups), outlook.drawn.shape[2]), -np.inf)
    for at in np.flatnonzero(~is_measured & (steps <= last)):
        number = problem.row[at] - n_measured
        inside = np.flatnonzero(problem.member[at])
        value = np.stack([outlook.drawn[number, list(units[u])].sum(axis=0) for u in inside])
        blocks, sums = list_blocks(inside, value)
        if not problem.overlap:
            blocks, sums = blocks[-1:], sums[-1:]
        found[number] = (sums + best[whole ^ blocks, last - steps[at], None]).max(axis=0)
    if not np.isfinite(base):
        base = found.min(where=np.isfinite(found), initial=np.inf)
    return np.asarray(np.maximum(found - base, 0))


def _totals(
    problem: Problem,
    steps: Int[np.ndarray, " candidate"],
    last: int,
    kept: Bool[np.ndarray, " candidate"],
) -> Float[np.ndarray, "subset step"]:
    """The best total of every subset of units at every cost, among some of the candidates."""
    part = replace(
        problem,
        member=problem.member[kept],
        value=problem.value[kept],
        cost=problem.cost[kept],
        row=problem.row[kept],
    )
    levels = np.unique(steps[kept])
    return best_table(block_table(part, steps[kept], levels), levels, last)[0]


def pick_batch(improvement: Float[np.ndarray, "group draw"], n: int) -> tuple[int, ...]:
    """The `n` groups with the largest expected improvement together, chosen one after the other:
    each adds most to E[max over the chosen] (greedy for the batch expected improvement)."""
    reached = np.zeros(improvement.shape[1])
    chosen: list[int] = []
    open_ = np.ones(len(improvement), dtype=bool)
    alone = improvement.mean(axis=1)
    while len(chosen) < min(n, len(improvement)):
        added = np.maximum(improvement, reached).mean(axis=1)
        order = np.lexsort((-alone, -added))
        best = next(int(row) for row in order if open_[row])
        chosen.append(best)
        open_[best] = False
        reached = np.maximum(reached, improvement[best])
    return tuple(chosen)
