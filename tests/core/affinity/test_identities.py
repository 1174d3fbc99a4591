"""What the measures are, by mathematics (METHODS §2): identities to test, not to hope for."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.affinity import (
    MEASURES,
    SCA,
    AbsCosine,
    Cosine,
    LabelAgreement,
    MeanGradient,
    SCARelative,
    Sign,
    measure_affinity,
)
from core.affinity.totals import add_up, draw_weights
from core.inputs import model_inputs
from core.landscape import OneStep, measure_landscape
from core.landscape.drawn_heads import draw_shared_head
from core.landscape.rows.labels import prepare_labels
from core.landscape.start import generator_of
from core.landscape.trunks.perceptron import draw_perceptron
from core.values import Split
from tests.core.landscape.oracle import gradients
from tests.core.landscape.tables import draw_labels, make_table

SMALL = OneStep(width=16, starts=1)
PROBE = replace(SMALL, heads="probe")
ALONE = [method() for key, method in MEASURES.methods.items() if key != "tag"]  # no joint run
ALL_MEASURES = pytest.mark.parametrize("measure", ALONE)
BOTH_HEADS = pytest.mark.parametrize("method", [SMALL, PROBE], ids=["shared", "probe"])


def affinity_of(labels, kinds="", method=SMALL, measure=None, **knobs):
    landscape = measure_landscape(make_table(labels, kinds, **knobs), method)
    return measure_affinity(landscape, measure, n_replicates=20)


def pull_of(table, seed=0):
    """‖J_i‖₁ of every training row: the gradient of the shared output by the trunk, by autograd."""
    x = torch.from_numpy(model_inputs(table)[table.rows(Split.TRAIN)])
    device, generator = torch.device("cpu"), generator_of(seed, 0)
    trunk = draw_perceptron(x.shape[1], SMALL.width, SMALL.depth, generator, device)
    labels = prepare_labels(table.tasks, table.labels)
    heads = draw_shared_head(table.tasks, labels, SMALL.width, "zero", generator, device)
    weights = [weight.clone().requires_grad_() for weight in trunk.weights]
    pulls = []
    for row in x:
        h = row
        for weight in weights:
            h = torch.relu(weight @ h)
        grads = torch.autograd.grad(h @ heads.weight[0, :, 0], weights)
        pulls.append(float(sum(grad.abs().sum() for grad in grads)))
    return np.array(pulls)


@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_sca_with_one_shared_head_is_a_weighted_label_hamming_distance(missing):
    table = make_table(draw_labels(kinds="bbbb", missing=missing))
    landscape = measure_landscape(table, replace(SMALL, head_bias="zero"))
    found = measure_affinity(landscape, SCA(), 2).values
    labels, pull = table.labels[table.rows(Split.TRAIN)], pull_of(table)
    for source in range(4):
        for target in range(4):
            shared = ~np.isnan(labels[:, source] + labels[:, target])
            differ = labels[shared, source] != labels[shared, target]
            expected = (pull[shared] * differ).sum() / shared.sum()
            assert found[source, target] == pytest.approx(expected, rel=1e-5)


def test_two_rare_tasks_look_closest_to_sca_and_a_complement_farthest():
    rng = np.random.default_rng(0)
    common = rng.random(600) < 0.5
    rare = rng.random((600, 2)) < 0.03
    labels = np.column_stack([common, 1 - common, rare]).astype(float)
    values = affinity_of(labels, measure=SCA()).values
    pairs = {(s, t): values[s, t] for s in range(4) for t in range(s + 1, 4)}
    assert min(pairs, key=pairs.get) == (2, 3)
    assert max(pairs, key=pairs.get) == (0, 1)


def test_with_priors_the_cosine_of_the_residuals_is_the_label_agreement():
    labels = draw_labels(kinds="bbbb")
    table = make_table(labels)
    prepared = prepare_labels(table.tasks, labels)
    heads = draw_shared_head(
        table.tasks, prepared, 8, "prior", torch.Generator(), torch.device("cpu")
    )
    nothing = torch.zeros(len(labels), 8)
    value = torch.from_numpy(prepared.value).float()
    residual = heads.residuals(heads.logits(nothing), value)[..., 0].double().numpy()
    unit = residual / np.linalg.norm(residual, axis=0)
    train = np.zeros(len(labels), dtype=int)
    agreement = affinity_of(labels, measure=LabelAgreement(), split=train).values
    np.testing.assert_allclose(np.abs(unit.T @ unit), agreement, atol=1e-5)
    np.testing.assert_allclose(agreement, np.abs(np.corrcoef(labels.T)), atol=1e-12)


@BOTH_HEADS
@ALL_MEASURES
@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_a_copy_is_exactly_alike(method, measure, missing):
    labels = draw_labels(kinds="bbrm", missing=missing)
    twice = np.concatenate([labels, labels], axis=1)
    affinity = affinity_of(twice, "bbrmbbrm", method, measure)
    copies = (np.arange(4), np.arange(4) + 4)
    assert (affinity.values[copies] == (0.0 if measure.is_distance else 1.0)).all()
    assert (affinity.similarity[copies] == 1.0).all()
    assert (affinity.replicates[:, copies[0], copies[1]] == 1.0).all()
    assert (affinity.low[copies] == affinity.high[copies]).all()


def test_a_complement_is_perfectly_shareable_by_direction():
    labels = draw_labels(kinds="bbr")
    both = np.column_stack([labels, 1 - labels[:, 0], -labels[:, 2]])
    values = affinity_of(both, "bbrbr", PROBE, AbsCosine()).values
    assert values[0, 3] == pytest.approx(1.0, abs=1e-5)
    assert values[2, 4] == pytest.approx(1.0, abs=1e-5)
    assert values[0, 1] < 0.95


def test_with_one_shared_output_every_cosine_is_1_and_the_notes_say_so():
    affinity = affinity_of(draw_labels(kinds="bbr"), "bbr", SMALL, AbsCosine())
    np.testing.assert_array_equal(affinity.values, np.ones((3, 3)))
    assert any("probe heads" in note for note in affinity.notes)
    assert not affinity_of(draw_labels(kinds="bbr"), "bbr", PROBE, AbsCosine()).notes


@BOTH_HEADS
def test_sca_satisfies_the_triangle_inequality_on_complete_labels(method):
    values = affinity_of(draw_labels(kinds="bbbrrm"), "bbbrrm", method, SCA()).values
    detour = values[:, :, None] + values[None, :, :]
    assert (detour >= values[:, None, :] * (1 - 1e-6)).all()


@BOTH_HEADS
@ALL_MEASURES
def test_affinities_are_symmetric_and_bounded(method, measure):
    affinity = affinity_of(draw_labels(missing=0.3), "bbrm", method, measure)
    np.testing.assert_allclose(affinity.values, affinity.values.T, rtol=1e-9)
    assert (affinity.values >= (0 if measure.is_distance else measure.lowest)).all()
    if not isinstance(measure, SCA):
        assert (affinity.values <= 1 + 1e-12).all()
    for similarity in (affinity.similarity, *affinity.replicates):
        assert ((similarity >= 0) & (similarity <= 1)).all()
        assert (np.diag(similarity) == 1).all()
    assert (affinity.low <= affinity.high).all()


@BOTH_HEADS
def test_relative_sca_is_its_definition(method):
    landscape = measure_landscape(make_table(draw_labels(missing=0.3), "bbrm"), method)
    sums = landscape.sums
    expected = sums.distance.sum(0) / sums.mass.sum(0)
    found = measure_affinity(landscape, SCARelative(), 2).values
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@ALL_MEASURES
def test_permuting_the_tasks_permutes_the_matrix(measure):
    labels, order = draw_labels(missing=0.2), [3, 1, 0, 2]
    plain = affinity_of(labels, "bbrm", PROBE, measure).values
    turned = affinity_of(labels[:, order], "mbbr", PROBE, measure).values
    np.testing.assert_allclose(turned, plain[order][:, order], rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_with_one_shared_output_signs_are_the_share_of_different_labels(missing):
    table = make_table(draw_labels(kinds="bbbb", missing=missing))
    landscape = measure_landscape(table, SMALL)
    labels = table.labels[table.rows(Split.TRAIN)]
    differ = np.abs(labels[:, :, None] - labels[:, None, :])
    expected = np.nanmean(differ, axis=0)
    np.testing.assert_allclose(measure_affinity(landscape, Sign(), 2).values, expected, atol=1e-6)
    cosine = measure_affinity(landscape, Cosine(), 2)
    np.testing.assert_allclose(cosine.values, 1 - 2 * expected, atol=1e-6)
    np.testing.assert_allclose(cosine.similarity, 1 - expected, atol=1e-6)


def test_a_complement_pulls_the_other_way_from_one_head_and_the_same_way_from_its_probe():
    labels = draw_labels(kinds="bbr")
    both = np.column_stack([labels, 1 - labels[:, 0], 6 - labels[:, 2]])
    table = make_table(both, "bbrbr")
    shared = measure_landscape(table, replace(SMALL, head_bias="zero"))
    probes = measure_landscape(table, PROBE)
    for measure, opposite, same in ((Cosine(), -1.0, 1.0), (Sign(), 1.0, 0.0)):
        values = measure_affinity(shared, measure, 2).values
        assert values[0, 3] == pytest.approx(opposite, abs=1e-6)
        values = measure_affinity(probes, measure, 2).values
        assert values[0, 3] == pytest.approx(same, abs=1e-2)
        assert values[2, 4] == pytest.approx(same, abs=1e-2)


def plain_gradients(table, seed=0):
    """Whole gradients of every training row and task from the first start, shared head."""
    x = torch.from_numpy(model_inputs(table)[table.rows(Split.TRAIN)])
    device, generator = torch.device("cpu"), generator_of(seed, 0)
    trunk = draw_perceptron(x.shape[1], SMALL.width, SMALL.depth, generator, device)
    labels = prepare_labels(table.tasks, table.labels[table.rows(Split.TRAIN)])
    heads = draw_shared_head(table.tasks, labels, SMALL.width, "prior", generator, device)
    value, known = torch.from_numpy(labels.value).float(), torch.from_numpy(labels.known)
    g, _ = gradients(trunk, heads, table.tasks, x, value)
    return (g * known[:, :, None]).double().numpy()


@pytest.mark.parametrize("kinds", ["bbb", "bbrm"])
def test_mean_gradient_is_the_cosine_of_the_mean_gradients(kinds):
    table = make_table(draw_labels(kinds=kinds, missing=0.3), kinds)
    means = plain_gradients(table).sum(0)
    length = np.linalg.norm(means, axis=1)
    found = measure_affinity(measure_landscape(table, SMALL), MeanGradient(), 2).values
    np.testing.assert_allclose(found, means @ means.T / np.outer(length, length), atol=1e-4)


def test_replicates_of_the_mean_gradient_are_right_to_first_order():
    landscape = measure_landscape(make_table(draw_labels(kinds="bbrm"), "bbrm"), SMALL)
    rng = np.random.default_rng(0)
    by_block = rng.standard_normal((50, 4, 30)) + rng.standard_normal((4, 30))
    product = by_block @ by_block.sum(0).T
    landscape = replace(landscape, sums=replace(landscape.sums, mean_product=product))
    for size in (1e-2, 1e-3):
        weights = 1 + size * rng.standard_normal(50)
        found = add_up(landscape, weights)[0].mean_cosine
        means = np.tensordot(weights, by_block, axes=1)
        length = np.linalg.norm(means, axis=1)
        expected = means @ means.T / np.outer(length, length)
        assert np.abs(found - expected).max() < 2 * size**2
    replicates = add_up(landscape, draw_weights(50, 400, 0))[0].mean_cosine
    direct = []
    for weights in draw_weights(50, 400, 0):
        means = np.tensordot(weights, by_block, axes=1)
        length = np.linalg.norm(means, axis=1)
        direct.append(means @ means.T / np.outer(length, length))
    assert np.abs(replicates.std(axis=0) - np.std(direct, axis=0)).max() < 0.01


def test_own_heads_are_warned_of():
    labels = draw_labels(kinds="bb")
    landscape = measure_landscape(make_table(labels), replace(SMALL, heads="own"))
    assert any("how the heads were drawn" in note for note in landscape.notes)
    quiet = measure_landscape(make_table(labels), SMALL).notes
    assert not any("how the heads were drawn" in note for note in quiet)


@BOTH_HEADS
def test_times_to_events_stand_beside_every_other_kind(method):
    labels = draw_labels(kinds="bttrm", missing=0.2)
    both = np.column_stack([labels, labels[:, 1]])
    landscape = measure_landscape(make_table(both, "bttrmt"), method)
    for measure in ALONE:
        values = measure_affinity(landscape, measure, 2).values
        assert np.isfinite(values).all()
        assert values[1, 5] == (0.0 if measure.is_distance else 1.0)
