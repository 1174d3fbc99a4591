"""The selection is the best there is, under every rule, by every solver."""

import time

import numpy as np
import pytest

from core.errors import MethodError
from core.evidence.search.rules import Rules, named_rules
from core.evidence.search.select import select_groups
from tests.core.evidence.search.tables import best_by_enumeration, every_group, random_gains

RULES = {
    "partition": Rules(),
    "partition in two": Rules(2.0),
    "two networks": Rules(2.0, True),
    "two and a half": Rules(2.5, True),
    "pinned": Rules(together=((0, 1),)),
    "apart": Rules(apart=((1, 2), (0, 3))),
    "pinned and apart with overlap": Rules(3.0, True, ((0, 1),), ((1, 2),)),
}
SOLVERS = ("subsets", "programme", "local")


@pytest.mark.parametrize("key", RULES)
@pytest.mark.parametrize("seed", [0, 1])
def test_every_solver_equals_enumeration(key, seed):
    rng = np.random.default_rng(seed)
    groups = every_group(4)
    gains = random_gains(groups, 4, rng) + rng.normal(size=(len(groups), 4)) * 0.1
    costs = rng.choice([0.5, 1.0, 1.5], len(groups))
    best = best_by_enumeration(groups, gains, RULES[key], costs)
    for solver in SOLVERS:
        found = select_groups(groups, gains, RULES[key], costs, solver=solver)
        assert found.mean_gain == pytest.approx(best), solver
        assert RULES[key].networks is None or found.cost <= RULES[key].networks + 1e-9


@pytest.mark.parametrize("n_tasks", [5, 6])
def test_a_partition_equals_enumeration_of_all_set_partitions(n_tasks):
    def partitions(tasks):
        if not tasks:
            yield []
            return
        for rest in partitions(tasks[1:]):
            yield [(tasks[0],), *rest]
            for place, group in enumerate(rest):
                yield [*rest[:place], (tasks[0], *group), *rest[place + 1 :]]

    groups = every_group(n_tasks)
    gains = random_gains(groups, n_tasks, np.random.default_rng(n_tasks))
    row = {group: number for number, group in enumerate(groups)}
    best = max(
        sum(np.nansum(gains[row[tuple(sorted(group))]]) for group in partition)
        for partition in partitions(list(range(n_tasks)))
    )
    assert select_groups(groups, gains).mean_gain * n_tasks == pytest.approx(best)


def test_the_assignment_is_to_the_best_network_that_contains_the_task():
    groups = every_group(5)
    gains = random_gains(groups, 5, np.random.default_rng(3))
    found = select_groups(groups, gains, Rules(3.0, True))
    for task in range(5):
        served = {g: gains[groups.index(g), task] for g in found.groups if task in g}
        assert found.gains[task] == max(served.values())
        assert found.groups[found.assignment[task]] in served


def test_permuting_the_tasks_permutes_the_answer():
    groups = every_group(6)
    gains = random_gains(groups, 6, np.random.default_rng(5))
    order = np.random.default_rng(6).permutation(6)
    moved = [tuple(sorted(int(order[task]) for task in group)) for group in groups]
    moved_gains = np.full(gains.shape, np.nan)
    moved_gains[:, order] = gains
    for rules in (Rules(), Rules(3.0, True)):
        plain = select_groups(groups, gains, rules)
        other = select_groups(moved, moved_gains, rules)
        renamed = {tuple(sorted(int(order[task]) for task in g)) for g in plain.groups}
        assert set(other.groups) == renamed
        np.testing.assert_array_equal(other.gains[order], plain.gains)


def test_a_partition_of_twelve_tasks_takes_under_a_second():
    groups = every_group(12)
    gains = random_gains(groups, 12, np.random.default_rng(0))
    started = time.process_time()
    assert select_groups(groups, gains).exact
    assert time.process_time() - started < 1


def test_twenty_nine_tasks_take_seconds_by_programme_and_by_local_search():
    rng = np.random.default_rng(1)
    some = {tuple(sorted(rng.choice(29, 4, replace=False).tolist())) for _ in range(150)}
    groups = [*((task,) for task in range(29)), *sorted(some)]
    gains = random_gains(groups, 29, rng)
    started = time.process_time()
    exact = select_groups(groups, gains, solver="programme")
    local = select_groups(groups, gains, solver="local")
    assert time.process_time() - started < 15
    assert exact.exact
    assert not local.exact
    assert 0.9 * exact.mean_gain <= local.mean_gain <= exact.mean_gain + 1e-9


def test_costs_without_a_common_step_are_solved_by_the_programme():
    groups = every_group(4)
    gains = random_gains(groups, 4, np.random.default_rng(2))
    costs = np.random.default_rng(3).uniform(0.7, 1.3, len(groups))
    best = best_by_enumeration(groups, gains, Rules(2.1, True), costs)
    assert select_groups(groups, gains, Rules(2.1, True), costs).mean_gain == pytest.approx(best)


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({"together": [("a", "b")], "apart": [("a", "b")]}, "'a' and 'b' are kept apart, but"),
        ({"together": [("a", "b"), ("b", "c")], "apart": [("a", "c")]}, "pinned together"),
        ({"apart": [("a", "z")]}, "no task 'z'"),
        ({"overlap": True}, "say how many networks"),
        ({"networks": -1.0}, "no positive number"),
    ],
)
def test_a_contradiction_is_named(rules, words):
    with pytest.raises(MethodError, match=words):
        named_rules(("a", "b", "c"), **rules)


def test_too_few_networks_for_tasks_kept_apart_are_named():
    groups = every_group(3)
    gains = random_gains(groups, 3, np.random.default_rng(0))
    rules = named_rules("abc", 2.0, True, apart=[("a", "b", "c")])
    with pytest.raises(MethodError, match="'a', 'b', 'c' are all kept apart and need 3 networks"):
        select_groups(groups, gains, rules, task_names="abc")


def test_a_task_that_no_group_serves_is_named():
    with pytest.raises(MethodError, match="serves 'c'"):
        select_groups([(0, 1)], np.array([[0.1, 0.2, np.nan]]), task_names="abc")
