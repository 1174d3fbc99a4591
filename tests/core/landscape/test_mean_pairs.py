"""Tasks compared by their mean displacements."""

from dataclasses import replace

import numpy as np
import pytest

from core.affinity import MEASURES, SCA, Cosine, MeanGradient, SCARelative, Sign, measure_affinity
from core.affinity.totals import add_up, draw_weights
from core.errors import MethodError
from core.landscape import OneStep, measure_landscape
from core.landscape.rows.blocks import assign_blocks
from core.null import measure_null
from core.values import Split
from tests.core.affinity.test_identities import plain_gradients
from tests.core.landscape.tables import draw_labels, make_table
from tests.core.landscape.test_crossed import stacked

SMALL = OneStep(width=16, starts=1, max_points=50, pairing="mean")
ALONE = [
    method() for key, method in MEASURES.methods.items() if key not in ("tag", "label_agreement")
]


def own_samples(n=240, kinds="bbrm"):
    labels = draw_labels(n, kinds)
    labels[np.arange(n)[:, None] % len(kinds) != np.arange(len(kinds))] = np.nan
    return make_table(labels, kinds)


def plain_means(table):
    """Mean gradient of every task over its own training rows, by autograd."""
    known = ~np.isnan(table.labels[table.rows(Split.TRAIN)])
    return plain_gradients(table).sum(axis=0) / known.sum(axis=0)[:, None]


def plain_terms(means):
    """Distance, mass, cosine, and share of opposite signs of every two means."""
    apart = np.abs(means[:, None] - means).sum(-1)
    length, size = np.abs(means).sum(1), np.linalg.norm(means, axis=1)
    sign = np.sign(means)
    opposite = (1 - sign @ sign.T / (np.abs(sign) @ np.abs(sign).T)) / 2
    return apart, length[:, None] + length, means @ means.T / np.outer(size, size), opposite


@pytest.mark.parametrize("own", [True, False])
def test_every_measure_is_that_of_the_plain_means(own):
    table = own_samples() if own else make_table(draw_labels(missing=0.2), "bbrm")
    landscape = measure_landscape(table, SMALL)
    apart, mass, cosine, opposite = plain_terms(plain_means(table))
    expected = {SCA(): apart, SCARelative(): apart / mass, Cosine(): cosine, Sign(): opposite}
    expected[MeanGradient()] = cosine
    for measure, values in expected.items():
        found = measure_affinity(landscape, measure, 2).values
        np.testing.assert_allclose(found, values, rtol=1e-3, atol=2e-4, err_msg=measure.title)


def test_replicates_spread_as_means_of_drawn_blocks_do():
    table = stacked([(1, 0, 0, 0, 0), (0, 1, 0.5, 0, 0), (0, -1, 0, 1, 0)], n=120)
    n_blocks, n_drawn = 25, 300
    landscape = measure_landscape(table, replace(SMALL, n_blocks=n_blocks))
    rows = table.rows(Split.TRAIN)
    block, known = assign_blocks(table.patient[rows], n_blocks, 0), ~np.isnan(table.labels[rows])
    member = np.equal.outer(np.arange(n_blocks), block).astype(float)
    by_block = np.einsum("br,rtp->btp", member, plain_gradients(table))
    size = member @ known
    weights = draw_weights(n_blocks, n_drawn, 0)
    direct = [plain_terms(np.tensordot(w, by_block, 1) / (w @ size)[:, None]) for w in weights]
    totals, _ = add_up(landscape, weights)
    pairs = np.triu_indices(3, 1)
    for place, name in enumerate(("distance", "mass", "cosine", "opposite")):
        found = getattr(totals, name).std(axis=0)[pairs]
        expected = np.std([terms[place] for terms in direct], axis=0)[pairs]
        if name == "opposite":  # signs jump: the interval is too wide and never too narrow
            assert (expected < found).all()
            assert (found < 1.6 * expected).all()
            continue
        np.testing.assert_allclose(found, expected, rtol=0.3, err_msg=name)
    np.testing.assert_allclose(totals.count, 1.0)


@pytest.mark.parametrize("measure", ALONE)
def test_affinities_are_symmetric_bounded_and_know_a_task_as_itself(measure):
    affinity = measure_affinity(measure_landscape(own_samples(), SMALL), measure, 30)
    np.testing.assert_allclose(affinity.values, affinity.values.T, rtol=1e-5, atol=1e-6)
    same = 0.0 if measure.is_distance else 1.0
    np.testing.assert_allclose(np.diag(affinity.values), same, atol=1e-9)
    np.testing.assert_allclose(np.diag(affinity.low), np.diag(affinity.high), atol=1e-9)
    assert (affinity.low <= affinity.high).all()
    assert ((affinity.replicates >= 0) & (affinity.replicates <= 1)).all()


def test_tasks_of_one_direction_are_closest_and_permuting_tasks_permutes_the_matrix():
    four = stacked([(1, 0, 0, 0, 0), (1, 0.1, 0, 0, 0), (0, 0, 1, 0, 0), (0, 0, 1, 0.1, 0)])
    landscape = measure_landscape(four, replace(SMALL, starts=2))
    assert any("mean displacements" in note for note in landscape.notes)
    for measure in (SCA(), Cosine(), Sign()):
        similarity = measure_affinity(landscape, measure, 5).similarity
        assert min(similarity[0, 1], similarity[2, 3]) > similarity[:2, 2:].max()
    order = [2, 0, 3, 1]
    turned = replace(four, tasks=tuple(four.tasks[k] for k in order), labels=four.labels[:, order])
    found = measure_affinity(measure_landscape(turned, replace(SMALL, starts=2)), SCA(), 2).values
    plain = measure_affinity(landscape, SCA(), 2).values
    np.testing.assert_allclose(found, plain[order][:, order], rtol=1e-3, atol=1e-5)


def test_copies_are_no_distance_apart_and_a_task_without_labels_is_unknown():
    labels = draw_labels(kinds="bbb")
    labels[:, 1] = labels[:, 0]
    labels[::2, 2] = np.nan
    labels[table_rows(labels), 2] = np.nan
    values = measure_affinity(measure_landscape(make_table(labels), SMALL), SCA(), 5).values
    assert values[0, 1] == 0.0
    assert np.isnan(values[:2, 2]).all()


def table_rows(labels):
    """Training rows of `make_table`."""
    return np.flatnonzero(np.arange(len(labels)) % 6 != 5)


def test_one_block_has_no_interval_and_one_sample_is_a_mean():
    labels = np.full((12, 2), np.nan)
    labels[0, 0], labels[1:5, 1] = 1.0, [0, 1, 0, 1]
    table = make_table(labels, patient=np.zeros(12, dtype=int))
    affinity = measure_affinity(measure_landscape(table, SMALL), SCA(), 5)
    np.testing.assert_allclose(affinity.low, affinity.high)
    assert np.isfinite(affinity.values).all()


def test_the_null_reads_means_too_and_several_steps_are_refused():
    null = measure_null(own_samples(kinds="bbb"), SMALL, Cosine(), n_permutations=3)
    assert np.isfinite(null.values).all()
    with pytest.raises(MethodError, match="steps=2"):
        measure_landscape(own_samples(), replace(SMALL, steps=2))
