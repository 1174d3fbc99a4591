"""Held-out rows that cannot judge a task: it is said, and the other tasks are judged all the same."""

from dataclasses import replace

import numpy as np
import pytest

from core.evidence import Candidate, Validation, validate_grouping
from core.evidence.counting import too_few
from core.training import Trainer
from core.trials import Verdict
from core.values import Kind, Split
from tests.core.training.tables import make_examples

SMALL = Validation(
    trainer=Trainer(width=8, max_steps=40),
    n_seeds=2,
    first_seeds=1,
    random_seeds=2,
    n_finalists=2,
    search="none",
    n_random=3,
    n_replicates=100,
)
CANDIDATES = [Candidate("planted", ((0, 1), (2, 3))), Candidate("crossed", ((0, 2), (1, 3)))]
SAME = {0: 0.0, 1: 0.3, 2: 1.0, 3: 2.0}
"""One label for all rows, by task: a class, a value, a class of three, an event time."""


@pytest.fixture(scope="module")
def examples():
    """A binary task, a regression, three classes and a time to event."""
    return make_examples("brmt", n=300)


def with_one_label(examples, tasks, split):
    labels = examples.labels.copy()
    for task in tasks:
        labels[examples.rows(split), task] = SAME[task]
    return replace(examples, labels=labels)


@pytest.mark.parametrize("task", SAME)
def test_a_task_with_equal_test_labels_is_excluded_and_the_others_are_judged(examples, task):
    evidence = validate_grouping(with_one_label(examples, [task], Split.TEST), CANDIDATES, SMALL)
    assert [bool(why) for why in evidence.excluded] == [place == task for place in SAME]
    assert np.isfinite(evidence.together_over_alone.value)
    others = [place for place in SAME if place != task]
    counted = evidence.together.metric_gains.value[others].mean()
    assert evidence.together_over_alone.value == pytest.approx(counted)


@pytest.mark.parametrize("task", SAME)
def test_a_task_with_equal_validation_labels_leaves_the_choice_to_the_others(examples, task):
    evidence = validate_grouping(
        with_one_label(examples, [task], Split.VALIDATION), CANDIDATES, SMALL
    )
    assert all(np.isfinite(trial.validation_gain) for trial in evidence.trials)
    assert evidence.grouped is not None
    name = examples.tasks[task].name
    assert any(note.startswith(f"{name} has") and "no say" in note for note in evidence.notes)


def test_without_any_task_to_choose_by_the_reason_says_so(examples):
    evidence = validate_grouping(
        with_one_label(examples, SAME, Split.VALIDATION), CANDIDATES, SMALL
    )
    assert evidence.grouped is None
    assert "no task has enough validation labels to choose a grouping by" in evidence.reason
    assert np.isfinite(evidence.together_over_alone.value)


def test_a_task_that_does_not_count_has_no_interval_and_neither_wins_nor_loses(examples):
    labels = examples.labels.copy()
    rows = examples.rows(Split.TEST)
    labels[rows, 0] = 0.0
    labels[rows[:4], 0] = 1.0
    evidence = validate_grouping(replace(examples, labels=labels), CANDIDATES, SMALL)
    assert "4 events" in evidence.excluded[0]
    for gains in (evidence.together.metric_gains, evidence.together.loss_gains):
        assert np.isfinite(gains.value[0])
        assert np.isnan([gains.low[0], gains.high[0], gains.p[0]]).all()
        assert np.isfinite(gains.p[1:]).all()
        assert not gains.wins[0]
        assert not gains.losses[0]


def test_every_grouping_that_diverged_is_no_lack_of_groupings(examples):
    wild = replace(
        SMALL, trainer=Trainer(width=8, max_steps=40, optimizer="sgd", learning_rate=99.0)
    )
    evidence = validate_grouping(examples, CANDIDATES, wild)
    assert evidence.verdict is Verdict.UNDECIDED
    assert evidence.grouped is None
    assert "there is no other grouping" not in evidence.reason


def test_plenty_of_labels_that_differ_are_no_reason(examples):
    assert too_few(examples, Split.TEST) == ("",) * 4


def test_rows_of_one_patient_are_one_where_tasks_are_too_rare_to_judge(examples):
    """The bootstrap draws patients, so thirty rows of three of them tell no more than three do."""
    rows = examples.rows(Split.TEST)
    patient = examples.patient.copy()
    patient[rows] = patient[rows[0]] + np.arange(len(rows)) // 10
    reasons = too_few(replace(examples, patient=patient), Split.TEST)
    assert all("patients with" in why and "11 are needed" in why for why in reasons)
    assert too_few(examples, Split.TEST) == ("",) * 4


def test_the_rarer_class_is_that_of_fewer_patients_not_of_fewer_rows(examples):
    """Many rows without the event, all of three patients: a re-run often draws none of them."""
    rows = examples.rows(Split.TEST)
    binary = next(k for k, task in enumerate(examples.tasks) if task.kind is Kind.BINARY)
    labels, patient = examples.labels.copy(), np.arange(len(examples.labels))
    labels[rows, binary] = np.arange(len(rows)) < len(rows) // 3
    without = rows[len(rows) // 3 :]
    assert not too_few(replace(examples, labels=labels, patient=patient), Split.TEST)[binary]
    patient[without] = without[0] + np.arange(len(without)) % 3
    why = too_few(replace(examples, labels=labels, patient=patient), Split.TEST)[binary]
    assert why.startswith("3 patients with rows without the event")


def test_outlying_rows_of_one_patient_are_one_outlier(examples):
    """Twelve rows hold all of the spread: enough of twelve patients, not of one."""
    rows = examples.rows(Split.TEST)
    rows = rows[examples.known[rows, 1]]
    labels, patient = examples.labels.copy(), np.arange(len(examples.labels))
    labels[rows, 1] = 0.0
    labels[rows[:12], 1] = 1000.0
    assert not too_few(replace(examples, labels=labels, patient=patient), Split.TEST)[1]
    patient[rows[:12]] = rows[0]
    why = too_few(replace(examples, labels=labels, patient=patient), Split.TEST)[1]
    assert "outlying values hold the spread" in why


def test_a_number_that_a_few_outliers_make_up_is_kept_out_of_the_decision(examples):
    labels = examples.labels.copy()
    labels[:, 1] = np.exp(3 * labels[:, 1])
    evidence = validate_grouping(replace(examples, labels=labels), CANDIDATES, SMALL)
    assert "outlying values hold the spread" in evidence.excluded[1]
    shown = evidence.together_over_alone
    assert -1 < shown.low <= shown.value <= shown.high < 1


@pytest.mark.parametrize(("outlying", "counts"), [(1, False), (3, False), (4, True), (20, True)])
def test_four_rows_with_all_of_the_variance_are_enough(examples, outlying, counts):
    labels = examples.labels.copy()
    rows = examples.rows(Split.TEST)
    rows = rows[examples.known[rows, 1]]
    labels[rows, 1] = 0.0
    labels[rows[:outlying], 1] = 1000.0
    reasons = too_few(replace(examples, labels=labels), Split.TEST)
    assert (not reasons[1]) == counts


def test_a_task_that_diverges_by_itself_is_to_be_left_out(examples):
    labels = examples.labels.copy()
    labels[:, 1] = np.exp(40 * labels[:, 1])
    evidence = validate_grouping(replace(examples, labels=labels), CANDIDATES, SMALL)
    assert f"diverged for {examples.tasks[1].name} (seed" in evidence.reason
    assert "Leave such a task out" in evidence.reason
