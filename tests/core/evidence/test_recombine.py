"""The best partitions from known gains, against enumeration of all of them."""

from itertools import combinations, product

import numpy as np
import pytest

from core.evidence import to_partition
from core.evidence.partitions import alone, is_proper
from core.evidence.recombine import best_proper


def every_partition(n_tasks):
    labels = product(range(n_tasks), repeat=n_tasks)
    return sorted({to_partition(np.array(one)) for one in labels})


def problem(n_tasks, seed, share=1.0, shift=0.0):
    """Random gains of all single tasks, and of a share of the other groups."""
    rng = np.random.default_rng(seed)
    sizes = range(1, n_tasks + 1)
    listed = [g for size in sizes for g in combinations(range(n_tasks), size)]
    groups = [group for group in listed if len(group) == 1 or rng.random() < share]
    gains = np.full((len(groups), n_tasks), np.nan)
    for row, group in enumerate(groups):
        gains[row, list(group)] = rng.normal(shift, 1, len(group)) if len(group) > 1 else 0.0
    return groups, gains


@pytest.mark.parametrize("share", [1.0, 0.4])
@pytest.mark.parametrize("shift", [0.0, -5.0])
@pytest.mark.parametrize("seed", range(3))
def test_the_ten_best_are_those_of_enumeration(seed, shift, share):
    groups, gains = problem(5, seed, share, shift)
    row = {group: number for number, group in enumerate(groups)}
    worth = {
        one: sum(np.nansum(gains[row[group]]) for group in one)
        for one in every_partition(5)
        if is_proper(one) and all(group in row for group in one)
    }
    expected = sorted(worth, key=worth.get, reverse=True)[:10]
    assert best_proper(groups, gains, 10) == tuple(expected)


def test_none_is_found_where_no_group_shares_anything():
    groups, gains = problem(4, 0, share=0.0)
    assert tuple(groups) == alone(4)
    assert best_proper(groups, gains, 5) == ()
