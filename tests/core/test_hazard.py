"""The discrete-time hazard against products and curves made by other means."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.hazard import (
    N_INTERVALS,
    base_logits,
    hazard_loss,
    hazard_targets,
    interval_edges,
    interval_of,
    survival,
)


def draw_times(n=400, seed=0, missing=0.1, censored=0.5):
    """Signed exponential times, some censored at an earlier moment, some missing."""
    rng = np.random.default_rng(seed)
    event, censor = rng.exponential(3.0, n), rng.exponential(3.0 / max(censored, 1e-9), n)
    labels = np.where(event <= censor, event, -censor)
    return np.where(rng.random(n) < missing, np.nan, labels)


def likelihood(logits, label, edges):
    """The probability of one row as the definition says it: a product over the intervals."""
    hazard = 1 / (1 + np.exp(-logits))
    chance, start = 1.0, 0.0
    for j, end in enumerate([*edges, np.inf]):
        if start < abs(label) <= end:
            return chance * (hazard[j] if label > 0 else 1 - hazard[j])
        chance *= 1 - hazard[j]
        start = end
    raise AssertionError("no interval holds the time")


def product_limit(interval, happened):
    """Kaplan and Meier's estimate at each interval, counted row by row."""
    level, curve = 1.0, []
    for j in range(N_INTERVALS):
        n_at_risk = sum(1 for i in interval if i >= j)
        n_events = sum(1 for i, e in zip(interval, happened, strict=True) if i == j and e)
        level *= 1 - n_events / n_at_risk if n_at_risk else 1.0
        curve.append(level)
    return np.array(curve)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.0, 3.0))
def test_loss_is_minus_the_log_of_the_product(seed, censored):
    labels = draw_times(60, seed, censored=censored)
    labels[0] = 1.0
    edges = interval_edges(labels)
    logits = np.random.default_rng(seed).normal(0, 2, (60, N_INTERVALS))
    losses = hazard_loss(logits, *hazard_targets(labels, edges))
    for loss, row, label in zip(losses, logits, labels, strict=True):
        expected = 0.0 if np.isnan(label) else -np.log(likelihood(row, label, edges))
        assert loss == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_a_constant_fit_is_the_product_limit_estimate(seed):
    from scipy.optimize import minimize

    labels = draw_times(seed=seed, missing=0.1)
    edges = interval_edges(labels)
    event, at_risk = hazard_targets(labels, edges)
    found = minimize(
        lambda z: hazard_loss(np.tile(z, (len(labels), 1)), event, at_risk).sum(),
        np.zeros(N_INTERVALS),
        tol=1e-12,
    ).x
    known = ~np.isnan(labels)
    expected = product_limit(interval_of(labels, edges)[known], labels[known] > 0)
    np.testing.assert_allclose(survival(found[None])[0], expected, atol=1e-5)
    np.testing.assert_allclose(survival(base_logits(event, at_risk)[None])[0], expected, atol=1e-9)


def test_every_interval_has_its_share_of_events():
    labels = draw_times(2000, missing=0.2)
    event, _ = hazard_targets(labels, interval_edges(labels))
    np.testing.assert_allclose(event.sum(axis=0), (labels > 0).sum() / N_INTERVALS, atol=3)
    assert event.sum() == (labels > 0).sum()


def test_a_row_is_at_risk_until_its_own_interval():
    edges = np.array([1.0, 2.0, 3.0])
    event, at_risk = hazard_targets(np.array([0.5, 2.0, -2.5, -9.0, np.nan]), edges)
    np.testing.assert_array_equal(at_risk.sum(axis=1), [1, 2, 3, 4, 0])
    np.testing.assert_array_equal(
        event, [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    )


def test_tied_times_leave_intervals_empty_and_lose_no_event():
    labels = np.repeat([1.0, 2.0, -3.0], 50)
    event, at_risk = hazard_targets(labels, interval_edges(labels))
    assert event.sum() == 100
    assert event.shape[1] == N_INTERVALS
    np.testing.assert_allclose(
        survival(base_logits(event, at_risk)[None])[0, -1], (2 / 3) * (1 / 2), atol=0.025
    )  # of an empty interval half an event is told


@pytest.mark.parametrize("n_patients", [12, 40, 400])
@pytest.mark.parametrize("rows_each", [1, 7])
def test_no_edge_follows_a_single_patient(n_patients, rows_each):
    rng = np.random.default_rng(n_patients)
    patient = rng.permutation(np.repeat(np.arange(n_patients), rows_each))
    labels = rng.exponential(3.0, n_patients)[patient] + 1e-3 * rng.random(len(patient))
    edges = interval_edges(labels, patient=patient)
    ordered = np.sort(labels)
    assert not np.isin(edges, labels).any()
    for edge in edges:  # as a mean of 11 patients, it is no nearer to one than they are apart
        assert ordered[0] < edge < ordered[-1]
    for one in range(n_patients):
        nudge = 1e-6 * (patient == one)
        moved = interval_edges(labels + nudge, patient=patient)
        most = rows_each / max(11, rows_each)  # all its rows among the fewest of a mean
        assert np.abs(moved - edges).max() <= 1e-6 * most + 1e-15


@pytest.mark.parametrize("n_patients", [12, 25, 60, 105, 400])
@pytest.mark.parametrize("rows_each", [1, 3])
def test_no_event_is_in_two_edges(n_patients, rows_each):
    """Or the difference of two edges would be that of fewer patients than each is the mean of."""
    patient = np.repeat(np.arange(n_patients), rows_each)
    labels = np.random.default_rng(0).exponential(3.0, len(patient))
    edges = interval_edges(labels, patient=patient)
    for event in range(len(labels)):
        moved = interval_edges(labels + 1e-9 * (np.arange(len(labels)) == event), patient=patient)
        assert len(np.unique(edges[moved != edges])) <= 1
    if rows_each == 1:
        assert len(np.unique(edges)) == min(9, max(1, n_patients // 11 - 1))


def test_edges_of_fewer_events_than_may_be_told_come_from_all_times():
    labels = np.concatenate([np.linspace(1.0, 2.0, 10), -np.linspace(3.0, 9.0, 60)])
    edges = interval_edges(labels)
    assert edges[4] > 3
    few = interval_edges(np.array([1.3, 2.9, 5.1]))
    np.testing.assert_array_equal(few, 4.0)
    np.testing.assert_array_equal(few, interval_edges(np.array([1.4, 2.8, 5.2])))


def test_times_that_many_patients_share_stay_edges():
    labels = np.repeat([0.1, 0.3, 0.7], 100)
    edges = interval_edges(labels)
    assert {0.1, 0.3, 0.7} <= set(edges)
    event, _ = hazard_targets(labels, edges)
    assert sorted(event.sum(axis=0)[event.any(axis=0)]) == [100, 100, 100]


def test_without_events_time_is_cut_at_the_censored_times():
    edges = interval_edges(-np.arange(1.0, 201.0))
    assert (np.diff(edges) > 0).all()
    with pytest.raises(ValueError, match="no row has a time"):
        interval_edges(np.full(3, np.nan))


def lost(logits):
    """Intervals expected to be lost to the event: what Harrell's C is asked of."""
    return (1 - survival(logits)).sum(axis=1)


def test_survival_falls_and_risk_grows_with_every_logit():
    logits = np.random.default_rng(0).normal(0, 3, (50, N_INTERVALS))
    curve = survival(logits)
    assert (np.diff(curve, axis=1) <= 0).all()
    assert ((curve > 0) & (curve < 1)).all()
    for j in range(N_INTERVALS):
        higher = logits.copy()
        higher[:, j] += 0.1
        assert (lost(higher) > lost(logits)).all()


@pytest.mark.parametrize("logit", [-1e4, 1e4])
def test_extreme_logits_stay_finite(logit):
    logits = np.full((3, N_INTERVALS), logit)
    event, at_risk = hazard_targets(np.array([1.0, -2.0, np.nan]), np.linspace(0.5, 5, 9))
    assert np.isfinite(hazard_loss(logits, event, at_risk)).all()
    assert np.isfinite(lost(logits)).all()


def test_scale_of_time_does_not_matter():
    labels = draw_times()
    for one, other in zip(
        hazard_targets(labels, interval_edges(labels)),
        hazard_targets(labels * 365.0, interval_edges(labels * 365.0)),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)
