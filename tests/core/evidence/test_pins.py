"""Partitions that keep the rules, unit by unit."""

import numpy as np
import pytest

from core.evidence.pins import climb, from_units, keeps
from core.evidence.search.rules import Rules

RULES = Rules(together=((0, 3), (1, 4)), apart=((0, 1), (2, 5)))
FRIENDS = np.kron(np.eye(2), np.ones((3, 3)))


def friendly(groups):
    """0, 1, 2 help each other, and so do 3, 4, 5; every stranger harms."""
    gains = np.full((len(groups), 6), np.nan)
    for row, group in enumerate(groups):
        inside = FRIENDS[np.ix_(group, group)]
        gains[row, list(group)] = inside.sum(axis=1) - 1 - 2 * (1 - inside).sum(axis=1)
    return gains


@pytest.mark.parametrize("seed", range(10))
def test_any_draw_of_units_keeps_the_rules(seed):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, len(RULES.units(6)))
    partition = from_units(RULES, labels, 6)
    assert keeps(RULES, partition)
    assert sorted(task for group in partition for task in group) == list(range(6))


@pytest.mark.parametrize("seed", range(5))
def test_a_climb_keeps_the_rules_and_never_falls(seed):
    rng = np.random.default_rng(seed)
    start = from_units(RULES, rng.integers(0, 3, len(RULES.units(6))), 6)
    top = climb(RULES, start, friendly)
    assert keeps(RULES, top)
    assert np.nansum(friendly(top)) >= np.nansum(friendly(start))


def test_without_rules_a_climb_finds_the_friends():
    assert climb(Rules(), tuple((task,) for task in range(6)), friendly) == ((0, 1, 2), (3, 4, 5))
