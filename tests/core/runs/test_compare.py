"""What changed between two runs: nothing, one thing, or the tasks themselves."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr

from core import load_table
from core import run as run_plan
from core.affinity import AbsCosine
from core.runs import compare_runs
from tests.cohort import SMALL_PLAN, plan_with, small_cohort


@pytest.fixture(scope="module")
def frame():
    return small_cohort().frame


@pytest.fixture(scope="module")
def first(frame):
    return run_plan(load_table(frame, targets="y_*"), SMALL_PLAN)


def compare(one, other, plans=(SMALL_PLAN, SMALL_PLAN)):
    return compare_runs(one, other, tuple(plan.to_spec() for plan in plans))


def test_a_run_and_itself_differ_in_nothing(first):
    found = compare(first, first)
    assert found.same_data
    assert found.rank_correlation == pytest.approx(1)
    assert found.agreement == pytest.approx(1)
    assert found.moves == ()
    assert found.settings == ()
    assert all(pair.first == pair.second and pair.moved == 0 for pair in found.pairs)


def test_another_measure_is_named_and_the_ranks_are_those_of_scipy(first, frame):
    plan = plan_with(measure=AbsCosine(), seed=3)
    second = run_plan(load_table(frame, targets="y_*"), plan)
    found = compare(first, second, (SMALL_PLAN, plan))
    settings = {name: (one, other) for name, one, other in found.settings}
    assert settings["measure · key"] == ("sca", "abs_cosine")
    assert settings["seed"] == ("0", "3")
    pairs = np.triu_indices(6, 1)
    expected = spearmanr(first.affinity.similarity[pairs], second.affinity.similarity[pairs])
    assert found.rank_correlation == pytest.approx(expected.statistic)
    moved = [abs(pair.moved) for pair in found.pairs]
    assert moved == sorted(moved, reverse=True)
    assert [outcome.measure for outcome in found.outcomes] == ["sca", "abs_cosine"]


def test_a_task_moved_by_hand_is_the_only_move_and_letters_stay(first):
    best = first.recommended.grouping
    labels = np.array([0, 0, 0, 1, 1, 1])
    moved = np.array([1, 1, 1, 0, 0, 1])  # numbered the other way round, and the third moved
    one, other = (
        replace(first, recommended=replace(first.recommended, grouping=replace(best, labels=part)))
        for part in (labels, moved)
    )
    found = compare(one, other)
    names = first.task_names
    assert [(move.task, move.first, move.second) for move in found.moves] == [(names[5], "B", "A")]
    assert found.agreement < 1


def test_tasks_that_only_one_run_has_are_told_and_left_out(first, frame):
    names = first.task_names
    fewer = frame.drop(columns=names[0]).rename(columns={names[5]: "y_new"})
    second = run_plan(load_table(fewer, targets="y_*"), SMALL_PLAN)
    found = compare(first, second)
    assert found.only_first == (names[0], names[5])
    assert found.only_second == ("y_new",)
    assert found.tasks == names[1:5]
    assert not found.same_data
    assert len(found.pairs) == 6


def test_runs_without_a_task_in_common_are_compared_in_words_only(first, frame):
    other = frame.rename(columns={name: f"{name}_other" for name in first.task_names})
    found = compare(first, run_plan(load_table(other, targets="y_*"), SMALL_PLAN))
    assert found.tasks == ()
    assert np.isnan([found.rank_correlation, found.agreement]).all()
    assert (found.pairs, found.moves) == ((), ())
