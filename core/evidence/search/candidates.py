"""Groups worth thinking about: all of them where they are few, else those with a good price.

Column generation: the linear programme of the selection gives every task a price (what serving it
earns now); a group whose gains beat the prices of its tasks would improve the selection.
"""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Bool, Float

from core.evidence.search.measured import Group, as_groups, membership
from core.evidence.search.prices import Prices, price
from core.evidence.search.problem import pose
from core.evidence.search.rules import Rules

Value = Callable[[Sequence[Group]], Float[np.ndarray, "group task"]]

MAX_LISTED = 12
ROUNDS = 4
_BREADTH = 40
"""Groups whose neighbourhood is looked at in a round."""


def all_groups(n_tasks: int) -> Bool[np.ndarray, "group task"]:
    """Every group of two or more tasks."""
    codes = np.arange(1, 1 << n_tasks)
    member = (codes[:, None] >> np.arange(n_tasks) & 1).astype(bool)
    return np.asarray(member[member.sum(axis=1) > 1])


def pool_groups(
    base: Sequence[Group],
    base_costs: Float[np.ndarray, " group"],
    n_tasks: int,
    value: Value,
    rules: Rules,
    size: int,
    new_cost: Callable[[Sequence[Group]], Float[np.ndarray, " group"]],
) -> tuple[Group, ...]:
    """At most `size` groups of two or more, not in `base`, that could serve in the best selection.

    Args:
        base: groups that are candidates in any case (the measured ones).
        base_costs: of them.
        n_tasks: number of tasks.
        value: gains of groups, optimistic or not.
        rules: of the selection; groups that break them are left out.
        size: how many to keep.
        new_cost: costs of groups.
    """
    known = set(base)
    if n_tasks <= MAX_LISTED:
        listed = all_groups(n_tasks)
        fresh = [g for g in as_groups(listed[rules.allowed(listed)]) if g not in known]
        if len(fresh) <= size:
            return tuple(fresh)
        found = dict(zip(fresh, value(fresh), strict=True))
        rounds = 2
    else:
        found, rounds = {}, ROUNDS
    base_gains = value(base)
    kept: list[Group] = []
    prices: Prices | None = None
    for _ in range(rounds):
        if n_tasks > MAX_LISTED:
            seeds = _seeds(base, base_gains, base_costs, kept, prices, found)
            near = _neighbours(seeds, n_tasks, rules)
            new = [group for group in near if group not in known and group not in found]
            found.update(zip(new, value(new), strict=True) if new else ())
        prices = _current_prices(base, base_gains, base_costs, kept, found, rules, new_cost)
        kept = _best(found, prices, size, new_cost)
    return tuple(kept)


def _current_prices(
    base: Sequence[Group],
    base_gains: Float[np.ndarray, "group task"],
    base_costs: Float[np.ndarray, " group"],
    kept: Sequence[Group],
    found: dict[Group, Float[np.ndarray, " task"]],
    rules: Rules,
    new_cost: Callable[[Sequence[Group]], Float[np.ndarray, " group"]],
) -> Prices:
    groups = [*base, *kept]
    gains = np.concatenate([base_gains, *(found[group][None] for group in kept)])
    costs = np.concatenate([base_costs, new_cost(kept)]) if kept else base_costs
    return price(pose(groups, gains, costs, rules), rules, gains.shape[1])


def _best(
    found: dict[Group, Float[np.ndarray, " task"]],
    prices: Prices,
    size: int,
    new_cost: Callable[[Sequence[Group]], Float[np.ndarray, " group"]],
) -> list[Group]:
    if not found:
        return []
    groups = list(found)
    worth = prices.worth(np.stack([found[group] for group in groups]), new_cost(groups))
    order = np.argsort(-worth, kind="stable")[:size]
    return [groups[place] for place in order]


def _seeds(
    base: Sequence[Group],
    base_gains: Float[np.ndarray, "group task"],
    base_costs: Float[np.ndarray, " group"],
    kept: Sequence[Group],
    prices: Prices | None,
    found: dict[Group, Float[np.ndarray, " task"]],
) -> list[Group]:
    """The groups with the best price so far, measured or not; at first those with most gain."""
    if prices is None:
        worth = np.nan_to_num(base_gains).sum(axis=1)
        alone = [group for group in base if len(group) == 1]
        order = np.argsort(-worth, kind="stable")[:_BREADTH]
        return list(dict.fromkeys([*(base[place] for place in order), *alone]))
    order = np.argsort(-prices.worth(base_gains, base_costs), kind="stable")[: _BREADTH // 2]
    return list(dict.fromkeys([*kept[:_BREADTH], *(base[place] for place in order)]))


def _neighbours(seeds: Sequence[Group], n_tasks: int, rules: Rules) -> tuple[Group, ...]:
    """Groups one unit more or less than a seed, one unit exchanged, or two seeds merged."""
    units = rules.units(n_tasks)
    unit = membership(units, n_tasks)
    member = membership(seeds, n_tasks)
    added = (member[:, None] | unit[None]).reshape(-1, n_tasks)
    less = (member[:, None] & ~unit[None]).reshape(-1, n_tasks)
    merged = (member[:, None] | member[None]).reshape(-1, n_tasks)
    few = member[: _BREADTH // 4]
    swapped = ((few[:, None] & ~unit[None])[:, :, None] | unit[None, None]).reshape(-1, n_tasks)
    near = np.concatenate([added, less, merged, swapped])
    near = near[(near.sum(axis=1) > 1) & rules.allowed(near)]
    return tuple(dict.fromkeys(as_groups(np.unique(near, axis=0))))
