"""Random selections and the curve of budgets, held against enumeration."""

from itertools import combinations

import numpy as np
import pytest

from core.evidence.search.chance import random_selections
from core.evidence.search.curve import gain_by_budget
from core.evidence.search.measured import Measured
from core.evidence.search.rules import Rules
from core.evidence.search.strategy import best_so_far


def measured_of(n_tasks, seed=0, costs=None, sizes=None):
    """All groups of these sizes with made-up gains."""
    rng = np.random.default_rng(seed)
    sizes = sizes or range(1, n_tasks + 1)
    groups = tuple(group for size in sizes for group in combinations(range(n_tasks), size))
    gains = np.full((len(groups), n_tasks), np.nan)
    for row, group in enumerate(groups):
        gains[row, list(group)] = 0 if len(group) == 1 else rng.normal(0, 0.1, len(group))
    made = np.ones(len(groups)) if costs is None else rng.choice(costs, len(groups))
    names = tuple(f"t{task}" for task in range(n_tasks))
    return Measured(names, groups, gains, np.full(gains.shape, np.nan), made)


def every_selection(measured, rules):
    """Mean gains of all maximal sets of groups within the budget that serve every task."""
    member = np.isfinite(measured.gains)
    gains = np.where(member, measured.gains, -np.inf)
    found = {}
    for size in range(1, len(measured.groups) + 1):
        for rows in combinations(range(len(measured.groups)), size):
            cost = measured.costs[list(rows)].sum()
            if rules.networks is not None and cost > rules.networks:
                continue
            if not rules.overlap and member[list(rows)].sum(axis=0).max() > 1:
                continue
            if np.isfinite(mean := gains[list(rows)].max(axis=0).mean()):
                found[rows] = mean
        if size >= 4:
            break
    return found


@pytest.mark.parametrize("overlap", [False, True])
@pytest.mark.parametrize("costs", [None, (0.5, 1.0), (0.3, 1.0, 1.7)])
def test_the_curve_is_the_best_selection_of_every_budget(overlap, costs):
    measured = measured_of(5, costs=costs)
    found = gain_by_budget(measured, Rules(2.0, overlap))
    each = [best_so_far(measured, Rules(float(n), overlap)) for n in range(1, 6)]
    np.testing.assert_allclose(found, each)


def test_the_curve_keeps_the_other_rules():
    measured = measured_of(5)
    rules = Rules(5.0, True, ((0, 1),), ((2, 3),))
    found = gain_by_budget(measured, rules)
    each = [best_so_far(measured, Rules(float(n), True, ((0, 1),), ((2, 3),))) for n in range(1, 6)]
    np.testing.assert_allclose(found, each)
    assert np.isnan(found[0])  # two tasks that are kept apart need two networks
    assert np.isfinite(found[1:]).all()


def test_costs_without_a_common_step_and_many_tasks_are_solved_one_by_one():
    for measured in (measured_of(4, costs=(1 / 7, np.e)), measured_of(16, sizes=(1, 2))):
        found = gain_by_budget(measured, Rules())
        n_tasks = len(measured.task_names)
        assert found[-1] == pytest.approx(best_so_far(measured, Rules(float(n_tasks))))
        assert (np.diff(found[np.isfinite(found)]) >= -1e-12).all()


@pytest.mark.parametrize(("overlap", "networks"), [(False, None), (False, 2.0), (True, 2.0)])
def test_random_selections_are_among_all_that_keep_the_rules(overlap, networks):
    measured = measured_of(4)
    rules = Rules(networks, overlap)
    known = np.array(list(every_selection(measured, rules).values()))
    drawn = random_selections(measured, rules, n=300)
    assert len(drawn) == 300
    assert all(np.isclose(known, gain).any() for gain in drawn)
    assert len(np.unique(drawn.round(9))) > 0.5 * len(np.unique(known.round(9)))


def test_with_overlap_every_selection_of_the_full_budget_is_as_likely():
    measured = measured_of(4, seed=3)
    rules = Rules(2.0, True)
    full = [gain for rows, gain in every_selection(measured, rules).items() if len(rows) == 2]
    drawn = random_selections(measured, rules, n=4000)
    assert drawn.mean() == pytest.approx(np.mean(full), abs=4 * np.std(full) / np.sqrt(4000))


def test_draws_follow_the_seed_and_keep_pins():
    measured = measured_of(4)
    rules = Rules(None, False, ((0, 1),), ((2, 3),))
    one, same, other = (random_selections(measured, rules, 50, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)
    allowed = {0.0}
    for group in [(0, 1), (0, 1, 2), (0, 1, 3)]:
        row = measured.gains[measured.groups.index(group)]
        allowed.add(float(np.nansum(row) / 4))
    assert all(np.isclose(list(allowed), gain).any() for gain in one)


def test_none_comes_back_where_none_exists():
    assert not len(random_selections(measured_of(4), Rules(1.0, False, (), ((0, 1),))))
    assert not len(random_selections(measured_of(4), Rules(0.5)))
