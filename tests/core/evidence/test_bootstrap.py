"""Paired bootstrap: what it must be on average, and that pairs stay pairs."""

import numpy as np
import pytest

from core.evidence.bootstrap import draw_replicates, interval, mean_losses, two_sided_p


def test_rows_of_a_patient_are_drawn_together():
    patient = np.array([0, 0, 1, 2, 2, 2])
    rows = draw_replicates(patient, 5, 200, seed=0).rows
    assert (rows[:, 0] == rows[:, 1]).all()
    assert (rows[:, 3] == rows[:, 5]).all()
    assert not (rows[:, 0] == rows[:, 2]).all()
    by_patient = rows[:, [0, 2, 3]].sum(axis=1)
    assert (by_patient == 3).all()


def test_weights_of_seeds_add_up_to_one():
    seeds = draw_replicates(np.arange(10), 5, 500, seed=1).seeds
    np.testing.assert_allclose(seeds.sum(axis=1), 1.0)


def test_the_spread_over_seeds_is_that_of_independent_seeds():
    """Var of a mean of S draws is σ² / S; plain resampling of 5 seeds falls short by a fifth."""
    rng = np.random.default_rng(0)
    estimated, n_seeds = [], 5
    for trial in range(300):
        value = rng.standard_normal(n_seeds)
        weights = draw_replicates(np.arange(4), n_seeds, 400, seed=trial).seeds
        estimated.append((weights @ value).var())
    assert np.mean(estimated) == pytest.approx(1 / n_seeds, rel=0.1)


def test_one_seed_keeps_its_whole_weight():
    assert (draw_replicates(np.arange(3), 1, 50, seed=0).seeds == 1).all()


def test_mean_losses_equal_a_plain_loop():
    rng = np.random.default_rng(2)
    losses = rng.random((3, 20, 4))
    losses[:, rng.random((20, 4)) < 0.3] = np.nan
    replicates = draw_replicates(np.arange(20), 3, 7, seed=3)
    found = mean_losses(losses, replicates)
    for r in range(7):
        for task in range(4):
            known = ~np.isnan(losses[0, :, task])
            weight = replicates.rows[r, known]
            by_seed = [(weight * losses[s, known, task]).sum() / weight.sum() for s in range(3)]
            assert found[r, task] == pytest.approx(replicates.seeds[r] @ by_seed)


def test_equal_ways_to_train_differ_by_nothing_in_every_replicate():
    losses = np.random.default_rng(4).random((2, 30, 3))
    replicates = draw_replicates(np.arange(30), 2, 100, seed=5)
    same = mean_losses(losses, replicates) - mean_losses(losses.copy(), replicates)
    assert (same == 0).all()


def test_a_task_without_a_label_has_no_loss_and_no_interval():
    losses = np.full((2, 5, 1), np.nan)
    found = mean_losses(losses, draw_replicates(np.arange(5), 2, 20, seed=0))
    assert np.isnan(found).all()
    low, high = interval(found)
    assert np.isnan(low).all()
    assert np.isnan(high).all()
    assert np.isnan(two_sided_p(found)).all()


def test_p_is_small_on_one_side_and_one_in_the_middle():
    right = np.linspace(0.1, 1, 999)[:, None]
    assert two_sided_p(right)[0] == pytest.approx(2 / 1000)
    middle = np.linspace(-1, 1, 999)[:, None]
    assert two_sided_p(middle)[0] == pytest.approx(1.0, abs=0.01)


def test_the_interval_covers_the_mean_of_a_population():
    """Coverage of the paired difference over 200 samples of 150 rows, seeds included."""
    rng = np.random.default_rng(6)
    covered = 0
    for trial in range(200):
        by_seed = 0.05 * rng.standard_normal((5, 1, 1))
        alone = rng.gamma(2.0, 0.5, (1, 150, 1)) + np.zeros((5, 1, 1))
        better = alone - 0.1 + 0.3 * rng.standard_normal((1, 150, 1)) + by_seed
        replicates = draw_replicates(np.arange(150), 5, 400, seed=trial)
        low, high = interval(mean_losses(alone, replicates) - mean_losses(better, replicates))
        covered += bool(low[0] <= 0.1 <= high[0])
    assert 0.88 <= covered / 200 <= 0.99
