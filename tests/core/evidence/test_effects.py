"""A contrast with its interval equals a plain bootstrap that draws patients and seeds one by one."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from core.data import load_table
from core.errors import Cancelled
from core.evidence.bootstrap import draw_replicates
from core.evidence.effects import RowsUnderTest, contrast, metric_gains, summarise
from core.evidence.partitions import alone, together
from core.evidence.pool import Pool
from core.evidence.scoring import chance_every_way, score_every_way
from core.training import METRICS, Trainer, to_examples
from core.values import Split
from tests.cohort import small_cohort
from tests.core.training.tables import make_examples

SEEDS = (0, 1, 2)
N = 40


@pytest.fixture(scope="module")
def bench():
    """Three tasks, several rows a patient, some test labels missing."""
    planted = small_cohort(n_samples=400)
    examples = to_examples(load_table(planted.frame, targets=planted.targets[:3]))
    rng = np.random.default_rng(0)
    known = examples.known & (rng.random(examples.known.shape) < 0.9)
    patient = np.arange(len(examples.patient)) // 3
    examples = replace(examples, patient=patient, known=known)
    pool = Pool(examples, Trainer(width=8, max_steps=40))
    pool.train([(0,), (1,), (2,), (0, 1, 2)], SEEDS)
    replicates = draw_replicates(patient[pool.test_rows], len(SEEDS), N, 7)
    return pool, replicates


@pytest.fixture(scope="module")
def predictions(bench):
    pool = bench[0]
    return {group: pool.test_predictions(group, SEEDS) for group in pool.groups}


def auroc(pool, predictions, group, task, seed_place, rows):
    """By scikit-learn, on rows that may stand there several times."""
    predicted = predictions[group][seed_place, :, group.index(task), 0]
    examples = pool.examples
    rows = [row for row in rows if examples.known[pool.test_rows[row], task]]
    labels = examples.labels[pool.test_rows[rows], task]
    return roc_auc_score(labels, predicted[rows]) if len(set(labels)) == 2 else np.nan


def plain_gains(pool, predictions, replicates, number):
    """Gains of together over alone in one re-run: rows repeated, seeds weighted."""
    weight = replicates.rows[number].astype(int)
    rows = np.repeat(np.arange(len(weight)), weight)
    gains = []
    for task in range(3):
        shared = [
            auroc(pool, predictions, (0, 1, 2), task, seed, rows) for seed in range(len(SEEDS))
        ]
        own = [auroc(pool, predictions, (task,), task, seed, rows) for seed in range(len(SEEDS))]
        gains.append(replicates.seeds[number] @ (np.array(shared) - np.array(own)))
    return np.array(gains)


def test_an_interval_is_that_of_a_plain_paired_bootstrap(bench, predictions):
    pool, replicates = bench
    rows = RowsUnderTest(pool, SEEDS, replicates)
    gains = metric_gains(rows.metrics(together(3)), rows.metrics(alone(3)))
    plain = np.stack([plain_gains(pool, predictions, replicates, number) for number in range(N)])
    np.testing.assert_allclose(gains.replicates, plain, atol=1e-9)
    none = metric_gains(rows.metrics(alone(3)), rows.metrics(alone(3)))
    found = contrast(gains, none, np.array([True, True, False]))
    low, high = np.quantile(plain[:, :2].mean(axis=1), [0.025, 0.975])
    assert (found.low, found.high) == pytest.approx((low, high))
    told = summarise(gains, np.array([True, True, True]))
    np.testing.assert_allclose(told.low, np.quantile(plain, 0.025, axis=0))


def test_whole_patients_are_drawn(bench):
    pool, replicates = bench
    patient = pool.examples.patient[pool.test_rows]
    for number in range(N):
        for one in np.unique(patient):
            assert len(set(replicates.rows[number][patient == one])) == 1
    assert (replicates.rows.sum(axis=1) != len(patient)).any()  # patients, not rows, are as many


@pytest.mark.parametrize("seed", range(5))
def test_holm_rejects_what_the_step_down_procedure_rejects(seed):
    """Independent of adjusted values: go through the sorted p until one is above level / left."""
    from core.evidence.holm import adjust

    p = np.random.default_rng(seed).random(8) ** 3
    for level in (0.01, 0.05, 0.2):
        rejected = np.zeros(8, dtype=bool)
        for place, task in enumerate(np.argsort(p)):
            if p[task] > level / (8 - place):
                break
            rejected[task] = True
        np.testing.assert_array_equal(adjust(p) <= level, rejected)


def test_groups_read_side_by_side_are_read_as_one_by_one_and_can_be_stopped(bench):
    pool, replicates = bench
    one_by_one, side_by_side = (RowsUnderTest(pool, SEEDS, replicates) for _ in range(2))
    shares = []
    side_by_side.read(pool.groups, lambda share, message: shares.append(share))
    assert shares == [0, 0.25, 0.5, 0.75]
    for partition in (alone(3), together(3)):
        for what in ("metrics", "losses"):
            found, wanted = (getattr(rows, what)(partition) for rows in (side_by_side, one_by_one))
            np.testing.assert_array_equal(found.replicates, wanted.replicates)
            np.testing.assert_array_equal(found.value, wanted.value)

    def stop(share, message):
        raise Cancelled(message)

    with pytest.raises(Cancelled, match="judging"):
        RowsUnderTest(pool, SEEDS, replicates).read(pool.groups, stop)


def test_every_metric_is_the_mean_of_the_seeds_by_scikit_learn(bench, predictions):
    pool, replicates = bench
    rows = RowsUnderTest(pool, SEEDS, replicates)
    rows.metrics(together(3))
    keys, found = list(METRICS), rows.scores(together(3))
    chance = chance_every_way(pool.examples, pool.test_rows)
    for task in range(3):
        known = pool.examples.known[pool.test_rows, task]
        labels = pool.examples.labels[pool.test_rows[known], task]
        predicted = predictions[(0, 1, 2)][:, known, task, 0]
        oracles = {"auprc": average_precision_score, "brier": brier_score_loss}
        for key, oracle in oracles.items():
            expected = np.mean([oracle(labels, one) for one in predicted])
            assert found[task, keys.index(key)] == pytest.approx(expected)
        assert chance[task, keys.index("auprc")] == pytest.approx(labels.mean())
        assert np.isnan(found[task, keys.index("mae")])


def test_errors_are_in_the_units_of_the_data():
    """Predicting the mean of other rows is off by a known amount in the task's own units."""
    examples = make_examples("r", n=200)
    rows = examples.rows(Split.TEST)
    labels = examples.centre[0] + examples.scale[0] * examples.labels[rows, 0]
    known = examples.known[rows, 0]
    found = dict(
        zip(METRICS, score_every_way(examples, 0, rows, np.full((len(rows), 1), 5.0)), strict=True)
    )
    assert found["mae"] == pytest.approx(np.abs(labels[known] - 5).mean())
    assert found["rmse"] == pytest.approx(np.sqrt(np.square(labels[known] - 5).mean()))
    assert np.isnan(found["auroc"])
