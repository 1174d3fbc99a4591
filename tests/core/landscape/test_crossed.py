"""Tasks with their own samples: sums over all pairs, and what must follow from them."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.affinity import MEASURES, SCA, AbsCosine, Cosine, LabelAgreement, Sign, measure_affinity
from core.landscape import OneStep, measure_landscape
from core.landscape.heads import make_heads
from core.landscape.own_samples.crossed import sum_crossed
from core.landscape.own_samples.standing import sample_weights
from core.landscape.rows.labels import prepare_labels
from core.landscape.rows.pieces import arrange_rows
from core.landscape.trunks.perceptron import draw_perceptron
from core.null import measure_null
from core.values import Split
from tests.core.landscape.oracle import gradients
from tests.core.landscape.tables import draw_labels, make_table

CPU = torch.device("cpu")
SMALL = OneStep(width=16, starts=1, max_points=50, pair_samples=40)


def stacked(directions, n=120, seed=0, n_features=5):
    """A task for each direction, on rows of its own: its label is the side of that direction."""
    rng = np.random.default_rng(seed)
    n_tasks = len(directions)
    labels = np.full((n * n_tasks, n_tasks), np.nan)
    table = make_table(np.zeros_like(labels), n_features=n_features, seed=seed)
    for task, direction in enumerate(directions):
        rows = np.arange(task, n * n_tasks, n_tasks)
        score = table.features[rows] @ np.asarray(direction) + 0.1 * rng.standard_normal(n)
        labels[rows, task] = score > 0
    split = np.where(np.arange(len(labels)) // n_tasks % 6 == 5, Split.TEST.code, 0)
    return replace(
        make_table(labels, n_features=n_features, seed=seed, split=split), features=table.features
    )


FOUR = stacked([(1, 0, 0, 0, 0), (1, 0.1, 0, 0, 0), (0, 0, 1, 0, 0), (0, 0, 1, 0.1, 0)])


@pytest.mark.parametrize("rows_each", [1, 2, 3])
def test_sums_are_those_over_all_pairs_of_samples_of_different_patients(rows_each):
    """Patients have rows of both tasks, too; a stratum of few patients stands for its pairs."""
    table = stacked([(1, 0, 0, 0, 0), (0, 1, 0, 0, 0)], n=12)
    prepared = prepare_labels(table.tasks, table.labels)
    generator = torch.Generator().manual_seed(0)
    trunk = draw_perceptron(5, 6, 2, generator, CPU)
    heads = make_heads(table.tasks, torch.randn(2, 6, 1, generator=generator), torch.zeros(2, 1))
    x = torch.tensor(table.features, dtype=torch.float32)
    block, patient = np.arange(24) // 8, 100 - np.arange(24) // rows_each
    rows = arrange_rows(x.numpy(), prepared, block, CPU, patient=patient)
    found = sum_crossed(table.tasks, rows, trunk, heads, 100, 100, "energy", lambda share: None)
    sums = found.sums
    assert found.n_estimated == 0
    g, _ = gradients(trunk, heads, table.tasks, x, torch.from_numpy(prepared.value).float())
    task = np.arange(24) % 2
    own = g[np.arange(24), task].double()
    apart = np.asarray((own[:, None] - own[None]).abs().sum(-1))
    movable = own.sign().abs() @ own.sign().abs().T
    opposite = np.asarray((1 - own.sign() @ own.sign().T / movable.clamp_min(1)) / 2)
    pairs = patient[:, None] != patient
    for b, s, t in np.ndindex(3, 2, 2):
        where = pairs * np.outer((block == b) & (task == s), task == t)
        assert sums.count[b, s, t] == where.sum()
        assert sums.distance[b, s, t] == pytest.approx((apart * where).sum(), rel=1e-5)
        assert sums.opposite[b, s, t] == pytest.approx((opposite * where).sum(), rel=1e-4)


@pytest.mark.parametrize("heads", ["shared", "probe"])
def test_every_pair_of_tasks_with_own_samples_is_known(heads):
    landscape = measure_landscape(FOUR, replace(SMALL, heads=heads))
    assert landscape.sums.pairing == "energy"
    assert any("not matched" in note for note in landscape.notes)
    for key, measure in MEASURES.methods.items():
        if key == "tag":  # it reads a joint run
            continue
        affinity = measure_affinity(landscape, measure(), 20)
        if measure is LabelAgreement:
            assert np.isnan(affinity.values[0, 1])
            continue
        assert np.isfinite(affinity.values).all(), measure
        np.testing.assert_allclose(affinity.values, affinity.values.T, atol=1e-9)
        assert (affinity.low <= affinity.high).all()
        if not measure.is_distance:
            np.testing.assert_array_equal(np.diag(affinity.values), 1.0)
        else:
            np.testing.assert_array_equal(np.diag(affinity.values), 0.0)


@pytest.mark.parametrize("measure", [SCA(), Cosine(), Sign()])
def test_tasks_of_one_law_are_closer_than_others(measure):
    landscape = measure_landscape(FOUR, replace(SMALL, starts=2, pair_samples=60))
    similarity = measure_affinity(landscape, measure, 5).similarity
    assert min(similarity[0, 1], similarity[2, 3]) > similarity[:2, 2:].max()


def test_all_pairs_keep_what_lies_within_and_matched_knows_nothing():
    energy, plain = (
        measure_landscape(FOUR, replace(SMALL, pairing=p)) for p in ("energy", "all_pairs")
    )
    np.testing.assert_array_equal(energy.sums.distance, plain.sums.distance)
    raw = measure_affinity(plain, SCA(), 2).values
    found = measure_affinity(energy, SCA(), 2).values
    expected = 2 * raw[0, 2] - raw[0, 0] - raw[2, 2]
    assert found[0, 2] == pytest.approx(max(expected, 0.0))
    matched = measure_landscape(FOUR, replace(SMALL, pairing="matched"))
    assert np.isnan(measure_affinity(matched, AbsCosine(), 2).values[0, 1])
    assert any("Take another preset" in note for note in matched.notes)
    assert not any("Take another preset" in note for note in energy.notes)


@pytest.mark.parametrize("way", [{}, {"steps": 3, "pairing": "matched"}])
def test_a_coreset_that_is_not_drawn_is_said(way):
    table = FOUR if not way else make_table(draw_labels(60, "bb"))
    asked = measure_landscape(table, replace(SMALL, samples=20, **way))
    assert any("No coreset of 20 rows was drawn" in note for note in asked.notes)
    whole = measure_landscape(table, replace(SMALL, **way))
    np.testing.assert_array_equal(asked.sums.cosine, whole.sums.cosine)
    assert not any("coreset" in note for note in whole.notes)


def test_drawn_samples_stand_for_their_stratum():
    labels = np.array([0.0] * 90 + [1.0] * 10 + [np.nan] * 20)
    drawn = np.array([0, 1, 2, 90, 91])
    np.testing.assert_allclose(sample_weights(labels, np.ones(120), drawn), [30, 30, 30, 5, 5])
    np.testing.assert_allclose(
        sample_weights(labels, np.full(120, 3.0), drawn), [90, 90, 90, 15, 15]
    )
    ranks = np.arange(40.0)
    np.testing.assert_allclose(sample_weights(ranks, np.ones(40), np.array([1, 20])), [20, 20])


def test_in_the_null_tasks_of_one_law_are_no_longer_closer():
    null = measure_null(FOUR, SMALL, Cosine(), n_permutations=12)
    mean = null.values.mean(axis=0)
    affinity = measure_affinity(measure_landscape(FOUR, SMALL), Cosine(), 2).values
    assert abs(mean[0, 1] - mean[0, 2]) < (affinity[0, 1] - affinity[0, 2]) / 2
    assert affinity[0, 1] > mean[0, 1]


@pytest.mark.parametrize("rows_each", [1, 3])
@pytest.mark.parametrize("kind", ["b", "r"])
def test_pairs_within_a_task_are_as_frequent_as_in_the_table(kind, rows_each):
    """Over many draws the mean within a task is that of all pairs of its samples, though rare labels
    are drawn as often as others and no patient meets itself."""
    rng = np.random.default_rng(0)
    n = 60
    labels = np.full((n, 2), np.nan)
    labels[: n - 4, 0] = rng.random(n - 4) < 0.15 if kind == "b" else rng.exponential(size=n - 4)
    labels[n - 4 :, 1] = [0, 1, 0, 1]
    patient = np.arange(n) // rows_each
    n_pairs = (n - 4) * (n - 4) - sum(np.bincount(patient[: n - 4]) ** 2)
    table = make_table(labels, kind + "b")
    prepared = prepare_labels(table.tasks, labels)
    generator = torch.Generator().manual_seed(0)
    trunk = draw_perceptron(5, 6, 2, generator, CPU)
    heads = make_heads(table.tasks, torch.randn(2, 6, 1, generator=generator), torch.zeros(2, 1))

    def within(n_samples, order):
        x = torch.tensor(table.features[order], dtype=torch.float32).numpy()
        moved = prepared._replace(value=prepared.value[order], known=prepared.known[order])
        rows = arrange_rows(x, moved, np.arange(n) // 10, CPU, patient=patient[order])
        told = (n_samples, 100, "energy", lambda share: None)
        sums = sum_crossed(table.tasks, rows, trunk, heads, *told).sums
        if rows_each == 1 or n_samples == 100:
            assert sums.count.sum(0)[0, 0] == pytest.approx(n_pairs)
        return sums.distance.sum(0)[0, 0] / sums.count.sum(0)[0, 0]

    whole = within(100, np.arange(n))
    few = [within(6, rng.permutation(n)) for _ in range(150)]
    assert np.mean(few) == pytest.approx(whole, abs=3 * np.std(few) / 150**0.5)


def test_copies_of_rows_of_a_patient_bring_tasks_of_one_law_no_further_apart():
    """Six rows of every patient that are the same: their distance, 0, says nothing of a task."""
    single = stacked([(1, 0, 0, 0, 0)] * 2, n=40)
    rows = np.repeat(np.arange(80), 6)
    labels, split = single.labels[rows], np.zeros(480, dtype=int)
    copies = replace(make_table(labels, patient=rows, split=split), features=single.features[rows])
    alone = replace(copies, patient=np.arange(480))
    method = replace(SMALL, pairing="all_pairs", pair_samples=300)

    def within(table):
        landscape = measure_landscape(table, method)
        return np.diag(landscape.sums.distance.sum(0) / landscape.sums.count.sum(0))

    plain = within(replace(single, split=np.zeros(80, dtype=int)))
    np.testing.assert_allclose(within(copies), plain, rtol=1e-4)
    assert (within(alone) < 0.99 * plain).all()


def test_an_estimate_below_0_is_no_certainty():
    """Tasks of one law are 0 apart, and half of the unbiased estimates fall below."""
    alike = stacked([(1, 0, 0, 0, 0)] * 4, n=60)
    affinity = measure_affinity(measure_landscape(alike, replace(SMALL, pair_samples=16)), SCA())
    nothing = (affinity.values == 0) & ~np.eye(4, dtype=bool)
    assert nothing.any()
    assert (affinity.low >= 0).all()
    assert (affinity.high[nothing] > 0).all()
    near = affinity.replicates[:, nothing].mean()
    assert near > affinity.replicates[:, ~nothing & ~np.eye(4, dtype=bool)].mean()
