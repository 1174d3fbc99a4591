"""Groups worth thinking about: all of them where they are few, else those with a good price.

Column generation: the linear programme of the selection gives every task a price (what serving it
earns now); a group whose gains beat the prices of its tasks would improve the selection.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float

from core.evidence.search.measured import Group, Measured, as_groups, membership
from core.evidence.search.prices import Prices, price
from core.evidence.search.problem import pose
from core.evidence.search.rules import Rules

Value = Callable[[Sequence[Group]], Float[np.ndarray, "group task"]]

MAX_LISTED = 12
"""Tasks up to which all groups are listed."""
_LISTED_ROUNDS, _SOUGHT_ROUNDS = 2, 4
_BREADTH = 24
"""Groups whose neighbourhood is looked at in a round; a part of them also for exchanges."""
_EXCHANGED = 6


def all_groups(n_tasks: int, fewest: int = 2) -> Bool[np.ndarray, "group task"]:
    """Every group of two or more tasks, or of other sizes from `fewest` on."""
    codes = np.arange(1, 1 << n_tasks)
    member = (codes[:, None] >> np.arange(n_tasks) & 1).astype(bool)
    return np.asarray(member[member.sum(axis=1) >= fewest])


def list_groups(n_tasks: int, rules: Rules, fewest: int = 2) -> tuple[Group, ...] | None:
    """Every group of `fewest` or more tasks that the rules allow; None where there are too many."""
    if rules.listed is not None:
        many = [group for group in rules.listed if len(group) >= fewest]
        member = membership(many, n_tasks)
    elif n_tasks <= MAX_LISTED:
        member = all_groups(n_tasks, fewest)
    else:
        return None
    return as_groups(member[rules.allowed(member)])


def pool_groups(
    measured: Measured,
    value: Value,
    rules: Rules,
    size: int,
    new_cost: Callable[[Sequence[Group]], Float[np.ndarray, " group"]],
) -> tuple[Group, ...]:
    """At most `size` unmeasured groups that keep the rules and could serve in the best selection.

    Args:
        measured: candidates in any case.
        value: the gains to expect of unmeasured groups.
        rules: of the selection.
        size: how many to keep.
        new_cost: costs of unmeasured groups.
    """
    n_tasks = len(measured.task_names)
    pool = _Pool(measured, value, rules, new_cost)
    listed = list_groups(n_tasks, rules, measured.fewest)
    if listed is not None:
        pool.look_at(listed)
        if len(pool.found) <= size:
            return tuple(pool.found)
    kept: tuple[Group, ...] = ()
    prices: Prices | None = None
    for _ in range(_SOUGHT_ROUNDS if listed is None else _LISTED_ROUNDS):
        if listed is None:
            pool.look_at(_neighbours(pool.seeds(kept, prices), measured, rules))
        prices = pool.prices(kept)
        kept = pool.best(prices, size)
    return kept


@dataclass
class _Pool:
    """The groups looked at so far, each with its expected gains."""

    measured: Measured
    value: Value
    rules: Rules
    new_cost: Callable[[Sequence[Group]], Float[np.ndarray, " group"]]
    found: dict[Group, Float[np.ndarray, " task"]] = field(default_factory=dict)

    def look_at(self, groups: Sequence[Group]) -> None:
        known = set(self.measured.groups)
        new = [group for group in groups if group not in known and group not in self.found]
        if new:
            self.found.update(zip(new, self.value(new), strict=True))

    def prices(self, kept: Sequence[Group]) -> Prices:
        """The prices of a selection among what was measured and some more."""
        gains = [self.measured.gains, *(self.found[group][None] for group in kept)]
        costs = np.concatenate([self.measured.costs, self.new_cost(kept)])
        groups = [*self.measured.groups, *kept]
        problem = pose(groups, np.concatenate(gains), costs, self.rules)
        return price(problem, self.rules, len(self.measured.task_names))

    def best(self, prices: Prices, size: int) -> tuple[Group, ...]:
        """The groups worth most at these prices."""
        groups = list(self.found)
        if not groups:
            return ()
        gains = np.stack([self.found[group] for group in groups])
        worth = prices.worth(gains, self.new_cost(groups))
        return tuple(groups[row] for row in np.argsort(-worth, kind="stable")[:size])

    def seeds(self, kept: Sequence[Group], prices: Prices | None) -> list[Group]:
        """Where to look: the groups worth most, measured or not; at first those with most gain."""
        measured = self.measured
        if prices is None:
            worth = np.nan_to_num(measured.gains).sum(axis=1)
        else:
            worth = prices.worth(measured.gains, measured.costs)
        order = np.argsort(-worth, kind="stable")[:_BREADTH]
        best = [measured.groups[row] for row in order]
        alone = [group for group in measured.groups if len(group) == 1] if prices is None else []
        return list(dict.fromkeys([*kept[:_BREADTH], *best, *alone]))


def _neighbours(seeds: Sequence[Group], measured: Measured, rules: Rules) -> tuple[Group, ...]:
    """Groups one unit more or less than a seed, one unit exchanged, or two seeds merged."""
    n_tasks = len(measured.task_names)
    unit = membership(rules.units(n_tasks), n_tasks)
    member = membership(seeds, n_tasks)
    added = (member[:, None] | unit[None]).reshape(-1, n_tasks)
    less = (member[:, None] & ~unit[None]).reshape(-1, n_tasks)
    merged = (member[:, None] | member[None]).reshape(-1, n_tasks)
    few = (member[:_EXCHANGED, None] & ~unit[None])[:, :, None]
    exchanged = (few | unit[None, None]).reshape(-1, n_tasks)
    near = np.concatenate([added, less, merged, exchanged])
    near = near[(near.sum(axis=1) >= measured.fewest) & rules.allowed(near)]
    near = np.unique(near, axis=0)
    return as_groups(near)
