"""A task with too few test patients: its scores would tell how few, and a reader is told none."""

from dataclasses import replace

import numpy as np
import pytest

from core import run
from core.data import load_table
from core.evidence import Validation
from core.report import to_document
from core.training import Trainer
from core.validation import validate_grouping
from tests.cohort import plan_with, small_cohort

SETTINGS = Validation(
    trainer=Trainer(width=8, max_steps=20),
    n_seeds=2,
    first_seeds=1,
    search="none",
    groups_per_task=2,
    n_random=0,
    n_replicates=100,
)


@pytest.fixture(scope="module")
def report():
    table = load_table(small_cohort().frame, targets="y_*")
    return validate_grouping(table, run(table, plan_with()), SETTINGS)


def test_a_task_that_is_not_judged_has_no_score_in_a_report(report):
    few = replace(report.evidence, excluded=("7 events among the test rows", *[""] * 5))
    document = to_document(replace(report, evidence=few))["evidence"]
    for trial in (document["alone"], document["together"]):
        first, *others = trial["per_task"]
        numbers = [key for key in first if key.endswith(("gain", "low", "high", "metric"))]
        assert len(numbers) == 10
        assert all(first[key] is None for key in numbers)
        assert first["outcome"] == "not judged"
        assert all(np.isfinite(one["metric"]) for one in others)


def recover(e_true, n, readings):
    """The numbers of events that every reading could be of, as a mean over two seeds to 4 places."""
    rng = np.random.default_rng(0)
    left = set(range(1, 11))
    for _ in range(readings):
        k = rng.integers(0, 2 * e_true * (n - e_true))
        told = round(k / (2 * e_true * (n - e_true)), 4)
        left &= {
            e
            for e in left
            if abs(np.round(told * 2 * e * (n - e)) / (2 * e * (n - e)) - told) <= 5e-5
        }
    return left


def test_why_several_aurocs_of_few_events_tell_how_many_there_are():
    """Sixty test patients, three with the event, twelve ways to train: three it must have been."""
    assert recover(3, 60, 12) == {3}
