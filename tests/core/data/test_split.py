import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.split import split_rows
from core.values import Kind, Split, Task


def binary_tasks(labels):
    return tuple(
        Task(f"y_{t}", Kind.BINARY, int(np.isfinite(column).sum()), 0.5, ("0", "1"))
        for t, column in enumerate(labels.T)
    )


def drawn(n=1000, n_tasks=5, prevalence=0.1, seed=0):
    rng = np.random.default_rng(seed)
    return (rng.random((n, n_tasks)) < prevalence).astype(float)


def test_shares_are_60_20_20():
    labels = drawn()
    split = split_rows(np.arange(1000), labels, binary_tasks(labels), seed=0)
    assert np.bincount(split).tolist() == [600, 200, 200]


def test_same_seed_same_split_other_seed_other_split():
    labels = drawn()
    first, again, other = (
        split_rows(np.arange(1000), labels, binary_tasks(labels), seed) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 1000), st.integers(20, 200), st.integers(1, 8))
def test_a_patient_is_never_torn_apart(seed, n_patients, largest):
    rng = np.random.default_rng(seed)
    patient = np.repeat(np.arange(n_patients), rng.integers(1, largest + 1, n_patients))
    patient = rng.permutation(patient)
    labels = drawn(len(patient), 3, seed=seed)
    split = split_rows(patient, labels, binary_tasks(labels), seed)
    for number in range(n_patients):
        assert len(set(split[patient == number])) == 1
    shares = np.bincount(split, minlength=3) / len(split)
    np.testing.assert_allclose(shares, [0.6, 0.2, 0.2], atol=0.12)


@pytest.mark.parametrize("seed", range(5))
def test_rare_events_reach_every_part(seed):
    labels = drawn(prevalence=0.3, seed=seed)
    labels[:, 2] = 0
    labels[np.random.default_rng(seed).choice(1000, 10, replace=False), 2] = 1
    split = split_rows(np.arange(1000), labels, binary_tasks(labels), seed)
    events = [int(labels[split == part.code, 2].sum()) for part in Split]
    assert events == [6, 2, 2]


def test_few_labels_reach_every_part():
    labels = np.full((1000, 2), np.nan)
    labels[:, 0] = drawn(n_tasks=1)[:, 0]
    labels[:20, 1] = np.arange(20)
    tasks = (binary_tasks(labels)[0], Task("y_1", Kind.REGRESSION, 20, 9.5))
    split = split_rows(np.arange(1000), labels, tasks, seed=3)
    known = [np.isfinite(labels[split == part.code, 1]).sum() for part in Split]
    assert min(known) >= 3


@pytest.mark.parametrize("seed", range(5))
def test_permuting_columns_keeps_the_split(seed):
    rng = np.random.default_rng(seed)
    labels = np.zeros((100, 4))
    for column in labels.T:
        column[rng.choice(100, 10, replace=False)] = 1  # all events equally rare
    order = rng.permutation(4)
    there = labels[:, order]
    np.testing.assert_array_equal(
        split_rows(np.arange(100), labels, binary_tasks(labels), seed),
        split_rows(np.arange(100), there, binary_tasks(there), seed),
    )
