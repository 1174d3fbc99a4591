"""Times to events under heavy censoring: who is judged, by how much, and what is said otherwise."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.data import load_table
from core.evidence import Candidate, Validation, validate_grouping
from core.training import Trainer, to_examples
from core.trials import Verdict
from core.values import Split

NAMES = ("y_a", "y_b", "y_c", "y_d")
PLANTED = ((0, 1), (2, 3))
SMALL = Validation(
    trainer=Trainer(width=16, max_steps=200),
    n_seeds=2,
    first_seeds=1,
    n_finalists=2,
    search="none",
    n_random=2,
    n_replicates=200,
)


def survival_table(n=900, event_share=0.15, seed=0):
    """Two hazards, one for each pair of tasks; most rows leave before their event."""
    rng = np.random.default_rng(seed)
    features = rng.standard_normal((n, 6))
    risk = np.stack([features[:, 0], features[:, 0], features[:, 3], features[:, 3]], axis=1) * 1.5
    times = rng.exponential(np.exp(-risk))
    frame = pd.DataFrame(features, columns=[f"x{k}" for k in range(6)])
    for task, name in enumerate(NAMES):
        left = rng.exponential(np.quantile(times[:, task], event_share), n)
        frame[name] = np.minimum(times[:, task], left).clip(1e-6)
        frame[f"died_{name}"] = (times[:, task] <= left).astype(int)
    kinds = {name: f"time_to_event:died_{name}" for name in NAMES}
    return load_table(frame, targets=list(NAMES), kinds=kinds)


@pytest.fixture(scope="module")
def examples():
    return to_examples(survival_table())


def judge(examples):
    return validate_grouping(examples, [Candidate("planted", PLANTED)], SMALL)


def concordance(times, risk):
    """Harrell's C by a loop over pairs of signed times (above 0: the event happened)."""
    right = known = 0.0
    for one, when in enumerate(times):
        later = np.flatnonzero(np.abs(times) > abs(when)) if when > 0 else []
        for other in later:
            known += 1
            right += 1.0 if risk[one] > risk[other] else 0.5 * (risk[one] == risk[other])
    return right / known


def test_heavily_censored_tasks_are_judged_by_their_order(examples):
    rows = examples.rows(Split.TEST)
    share = np.mean([examples.labels[rows, task] > 0 for task in range(4)])
    assert 0.05 < share < 0.35
    evidence = judge(examples)
    assert set(evidence.metrics) == {"c_index"}
    assert evidence.excluded == ("",) * 4
    assert np.isfinite(evidence.together_over_alone.value)
    for task in range(4):
        features = examples.inputs[rows][:, 0 if task < 2 else 3]
        times = examples.centre[task] + examples.scale[task] * examples.labels[rows, task]
        truth = concordance(times, features)
        assert truth > 0.7
        assert truth - 0.15 < evidence.alone.metric[task] < truth + 0.08
    for one in (evidence.together_over_alone, evidence.grouped_over_alone):
        assert one.low <= one.value <= one.high
        assert one.low < one.high


def censor(examples, task, *splits):
    """The same rows, where nobody had the event of a task in some splits."""
    rows = np.concatenate([examples.rows(split) for split in splits])
    labels = examples.labels.copy()
    labels[rows, task] = -np.abs(labels[rows, task])
    return replace(examples, labels=labels)


def test_a_test_split_without_events_is_said_and_left_out_of_the_mean(examples):
    evidence = judge(censor(examples, 0, Split.TEST))
    assert evidence.excluded[0] == "0 events among the test rows; 11 are needed"
    assert np.isnan(evidence.alone.metric[0])
    assert evidence.excluded[1:] == ("",) * 3
    assert np.isfinite(evidence.together_over_alone.value)


def test_a_task_censored_everywhere_stops_nothing(examples):
    evidence = judge(censor(examples, 3, *Split))
    assert "0 events" in evidence.excluded[3]
    assert np.isfinite(evidence.together_over_alone.value)
    assert evidence.verdict in list(Verdict)
