"""Groups and gains for the tests of the search."""

from itertools import combinations

import numpy as np


def every_group(n_tasks):
    return [g for size in range(1, n_tasks + 1) for g in combinations(range(n_tasks), size)]


def random_gains(groups, n_tasks, rng):
    gains = np.full((len(groups), n_tasks), np.nan)
    for row, group in enumerate(groups):
        gains[row, list(group)] = rng.normal(size=len(group)) if len(group) > 1 else 0.0
    return gains


def additive_gains(groups, pair):
    """Each member gains the sum of its pair gains with the others."""
    gains = np.full((len(groups), len(pair)), np.nan)
    for row, group in enumerate(groups):
        for task in group:
            gains[row, task] = sum(pair[task, other] for other in group if other != task)
    return gains


def best_by_enumeration(groups, gains, rules, costs):
    """The largest mean gain over all sets of candidates; -inf where none is feasible."""
    n_tasks = gains.shape[1]
    units = rules.units(n_tasks)
    kept = [
        row
        for row, group in enumerate(groups)
        if all(set(u) <= set(group) or not set(u) & set(group) for u in units)
        and not any(a in group and b in group for a, b in rules.apart)
    ]
    best = -np.inf
    for size in range(1, n_tasks + 1):
        for rows in combinations(kept, size):
            if rules.networks is not None and sum(costs[list(rows)]) > rules.networks + 1e-9:
                continue
            if not rules.overlap and sorted(sum((groups[r] for r in rows), ())) != list(
                range(n_tasks)
            ):
                continue
            total = 0.0
            for unit in units:
                served = [gains[r, list(unit)].sum() for r in rows if set(unit) <= set(groups[r])]
                total += max(served, default=-np.inf)
            best = max(best, total)
    return best / n_tasks
