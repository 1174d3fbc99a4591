"""Totals of every sample against every other, on blocks with other weights."""

from dataclasses import replace

import numpy as np
import pytest

from core.affinity.totals import add_up
from core.landscape import OneStep, measure_landscape
from core.values import PairSums
from tests.core.landscape.tables import draw_labels, make_table

N_BLOCKS, N_TASKS, N_SAMPLES = 50, 3, 18


class Crossed:
    """Samples of three tasks in blocks, and a made-up distance of every two."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self.task = np.arange(N_SAMPLES) % N_TASKS
        self.block = rng.integers(0, N_BLOCKS, N_SAMPLES)
        apart = rng.exponential(size=(N_SAMPLES, N_SAMPLES))
        self.apart = (apart + apart.T) * (1 - np.eye(N_SAMPLES))
        self.stands_for = rng.uniform(1, 4, N_SAMPLES)

    def landscape(self):
        labels = draw_labels()[:, :N_TASKS]
        measured = measure_landscape(make_table(labels, "bbr"), OneStep(starts=1, max_points=10))
        none = dict.fromkeys(("mass", "abs_cosine", "cosine", "opposite", "mean_product"))
        sums = (self.by_block(1 - np.eye(N_SAMPLES)), self.by_block(self.apart))
        return replace(measured, sums=PairSums(*sums, **none, pairing="all_pairs"))

    def by_block(self, terms):
        found, pairs = np.zeros((N_BLOCKS, N_TASKS, N_TASKS)), self.pairs(self.stands_for) * terms
        for one, other in np.ndindex(*terms.shape):
            found[self.block[one], self.task[one], self.task[other]] += pairs[one, other]
        return found

    def pairs(self, weight):
        return np.outer(weight, weight) * (1 - np.eye(N_SAMPLES))

    def mean(self, source, target, weights):
        """With both samples re-weighted, pair by pair."""
        pairs = self.pairs(self.stands_for * weights[self.block])
        pairs = pairs[np.ix_(self.task == source, self.task == target)]
        return (pairs * self.apart[np.ix_(self.task == source, self.task == target)]).sum() / (
            pairs.sum()
        )


def mean_of(landscape, weights):
    totals, _ = add_up(landscape, weights)
    return totals.distance / totals.count


@pytest.fixture(scope="module")
def crossed():
    return Crossed()


@pytest.fixture(scope="module")
def landscape(crossed):
    return crossed.landscape()


@pytest.mark.parametrize(("source", "target"), [(0, 1), (1, 2), (2, 2)])
def test_a_mean_changes_with_the_weights_as_that_of_re_weighted_pairs(
    crossed, landscape, source, target
):
    """To first order: half as far, a quarter of what is left out."""
    way = np.random.default_rng(1).normal(size=N_BLOCKS)

    def missed(far):
        exact = crossed.mean(source, target, 1 + far * way)
        return abs(mean_of(landscape, 1 + far * way)[source, target] - exact)

    assert missed(0.0) < 1e-12
    assert 3 < missed(1e-2) / missed(5e-3) < 5


def test_a_mean_of_few_samples_stays_near_however_blocks_are_drawn(landscape):
    """With six samples a task a count to first order falls below 0 in some re-runs."""
    weights = np.random.default_rng(2).multinomial(N_BLOCKS, np.full(N_BLOCKS, 1 / N_BLOCKS), 500)
    found, plain = mean_of(landscape, weights.astype(float)), mean_of(landscape, np.ones(N_BLOCKS))
    assert np.abs(found - plain).max() < 3 * plain.max()
    np.testing.assert_allclose(found.mean(axis=0), plain, rtol=0.1)
