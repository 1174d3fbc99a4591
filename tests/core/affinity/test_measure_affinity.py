"""Intervals, notes, gaps and scales of `measure_affinity`."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import spearmanr

from core.affinity import MEASURES, SCA, AbsCosine, LabelAgreement, MeanGradient, measure_affinity
from core.affinity.interval import interval
from core.affinity.similarity import ALMOST, scale_of, to_similarity
from core.affinity.totals import add_up, draw_weights
from core.errors import MethodError
from core.landscape import OneStep, measure_landscape
from core.methods import choose, from_spec, to_spec
from core.values import PairSums
from tests.core.landscape.tables import draw_labels, make_table

SMALL = OneStep(width=16, starts=1)
ALONE = [method() for key, method in MEASURES.methods.items() if key != "tag"]  # no joint run
ALL_MEASURES = pytest.mark.parametrize("measure", ALONE)


def landscape_of(labels, kinds="", **knobs):
    return measure_landscape(make_table(labels, kinds, **knobs), SMALL)


def half_apart(n=240):
    """Tasks 0 and 1 are labelled on different rows; task 2 everywhere."""
    labels = draw_labels(n, "bbb")
    labels[: n // 2, 0] = np.nan
    labels[n // 2 :, 1] = np.nan
    return labels


@ALL_MEASURES
def test_pairs_without_a_shared_row_are_unknown_with_a_note(measure):
    affinity = measure_affinity(landscape_of(half_apart()), measure, 20)
    unknown = np.zeros((3, 3), dtype=bool)
    unknown[0, 1] = unknown[1, 0] = True
    if isinstance(measure, MeanGradient):  # each task's mean is over its own rows
        assert np.isfinite(affinity.values).all()
        return
    for values in (affinity.values, affinity.similarity, affinity.low, affinity.high):
        np.testing.assert_array_equal(np.isnan(values), unknown)
    assert np.isnan(affinity.replicates[:, 0, 1]).all()
    assert any("y0 and y1" in note and "unknown" in note for note in affinity.notes)


@ALL_MEASURES
@pytest.mark.parametrize("pairing", ["matched", "energy"])
def test_a_measure_needs_no_sums_but_those_it_reads(measure, pairing):
    table = make_table(draw_labels(missing=0.2), "bbrm")
    method = replace(SMALL, heads=measure.heads or "shared", pairing=pairing)
    lean = measure_landscape(table, method, reads=measure.reads)
    whole = measure_affinity(measure_landscape(table, method), measure, 5)
    np.testing.assert_allclose(
        measure_affinity(lean, measure, 5).values, whole.values, rtol=1e-5, atol=1e-6
    )


def test_a_sum_that_was_not_made_is_missed_by_name():
    lean = measure_landscape(make_table(draw_labels(kinds="bb")), SMALL, reads=("cosine",))
    assert lean.sums.distance is None
    with pytest.raises(MethodError, match=r"reads distance, which this landscape did not sum up"):
        measure_affinity(lean, SCA(), 5)
    with pytest.raises(MethodError, match=r"names no sums; there are distance, mass"):
        measure_landscape(make_table(draw_labels(kinds="bb")), SMALL, reads=("means",))


@pytest.mark.parametrize(
    ("groups", "said"), [("abcde", "and 7 more pairs:"), ("aabb", "1 more pair:")]
)
def test_many_unknown_pairs_are_counted(groups, said):
    labels = draw_labels(240, "b" * len(groups))
    whose = np.arange(240) % len(set(groups))
    labels[whose[:, None] != np.array([ord(one) - ord("a") for one in groups])] = np.nan
    matched = measure_landscape(make_table(labels), replace(SMALL, pairing="matched"))
    affinity = measure_affinity(matched, SCA(), 5)
    assert any(said in note for note in affinity.notes)


def test_tasks_of_one_law_with_their_own_samples_are_no_copies():
    labels = np.full((400, 8), np.nan)
    for task in range(8):
        part = slice(task * 50, task * 50 + 50)
        labels[part, task] = draw_labels(50, "b", seed=task)[:, 0]
    landscape = measure_landscape(make_table(labels), SMALL)
    assert landscape.sums.pairing == "energy"
    affinity = measure_affinity(landscape, SCA(), 5)
    apart = ~np.eye(8, dtype=bool)
    assert (affinity.values[apart] == 0).any(), "an estimate of 0 or less is what the test is of"
    assert affinity.similarity[apart].max() == ALMOST
    assert affinity.replicates[:, apart].max() <= ALMOST


def test_label_agreement_says_where_it_is_not_defined():
    labels = draw_labels(240, "bb")
    labels[labels[:, 1] == 1, 0] = np.nan  # task 1 is constant where task 0 is known
    affinity = measure_affinity(landscape_of(labels), LabelAgreement(), 5)
    assert np.isnan(affinity.values[0, 1])
    assert any("not defined for y0 and y1" in note for note in affinity.notes)


def test_label_agreement_is_the_correlation_over_shared_rows():
    labels = draw_labels(240, "bbr", missing=0.3)
    labels[:, 2] += 2 * np.nan_to_num(labels[:, 0])
    found = measure_affinity(
        landscape_of(labels, "bbr", split=np.zeros(240, dtype=int)), LabelAgreement(), 2
    ).values
    shared = ~np.isnan(labels[:, :2]).any(axis=1)
    expected = abs(np.corrcoef(labels[shared, 0], labels[shared, 1])[0, 1])
    assert found[0, 1] == pytest.approx(expected, abs=1e-12)
    assert found[0, 2] > found[1, 2]


def test_label_agreement_of_complete_regressions_is_spearmans():
    labels = draw_labels(200, "rr")
    labels[:, 1] -= labels[:, 0] ** 3
    landscape = landscape_of(labels, "rr", split=np.zeros(200, dtype=int))
    found = measure_affinity(landscape, LabelAgreement(), 2).values[0, 1]
    assert found == pytest.approx(abs(spearmanr(*labels.T).statistic), abs=1e-12)


def test_label_agreement_of_a_multiclass_task_is_its_best_class():
    labels = draw_labels(300, "mb")
    labels[:, 1] = labels[:, 0] == 2
    landscape = landscape_of(labels, "mb")
    assert measure_affinity(landscape, LabelAgreement(), 2).values[0, 1] == 1.0


@ALL_MEASURES
def test_a_replicate_of_equal_weights_is_the_point_estimate(measure):
    landscape = landscape_of(draw_labels(missing=0.2), "bbrm")
    n_blocks = landscape.sums.n_blocks
    stacked = measure(*add_up(landscape, np.ones((3, n_blocks))))
    assert stacked.shape == (3, 4, 4)
    np.testing.assert_allclose(stacked[1], measure_affinity(landscape, measure, 2).values)


def test_bootstrap_weights_draw_as_many_blocks_as_there_are():
    weights = draw_weights(50, 100, seed=0)
    assert (weights.sum(axis=1) == 50).all()
    assert weights.std() > 0.5


def test_the_interval_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(0)
    n_tasks, per_block = 24, 20
    mean = rng.uniform(1, 3, (n_tasks, n_tasks))
    drawn = rng.exponential(mean, (50, per_block, n_tasks, n_tasks)).sum(axis=1)
    count = np.full(drawn.shape, float(per_block))
    landscape = landscape_of(draw_labels(300, "b" * n_tasks))
    landscape = replace(landscape, sums=PairSums(count, drawn, drawn, *[count] * 4))
    affinity = measure_affinity(landscape, SCA(), 400)
    covered = np.mean((affinity.low <= mean) & (mean <= affinity.high))
    assert 0.90 <= covered <= 0.98


def test_more_rows_make_a_narrower_interval():
    widths = []
    for n in (150, 2400):
        affinity = measure_affinity(landscape_of(draw_labels(n, "bbb")), SCA(), 200)
        widths.append((affinity.high - affinity.low)[0, 1] / affinity.values[0, 1])
    assert widths[1] < widths[0] / 2


@pytest.mark.parametrize("measure", [SCA(), LabelAgreement()])
def test_same_seed_same_fingerprint(measure):
    landscape = landscape_of(draw_labels(missing=0.2), "bbrm")
    one, same, other = (measure_affinity(landscape, measure, 20, seed) for seed in (1, 1, 2))
    assert one == same
    assert one != other
    np.testing.assert_array_equal(one.values, other.values)


@given(
    arrays(float, (30, 2, 2), elements=st.one_of(st.floats(-9, 9), st.just(float("nan")))),
)
def test_the_interval_is_the_percentiles_of_the_defined_replicates(replicates):
    low, high = interval(replicates)
    for place in np.ndindex(2, 2):
        seen = replicates[(slice(None), *place)]
        seen = seen[~np.isnan(seen)]
        if len(seen) == 0:
            assert np.isnan(low[place])
            assert np.isnan(high[place])
        else:
            expected = np.percentile(seen, [2.5, 97.5])
            np.testing.assert_allclose([low[place], high[place]], expected, atol=1e-12)


@given(arrays(float, (4, 4), elements=st.floats(0, 1e6)))
def test_similarity_falls_with_distance_and_is_1_on_the_diagonal(distance):
    distance = (distance + distance.T) * (1 - np.eye(4))
    scale = scale_of(distance)
    similarity = to_similarity(distance, scale)
    assert scale > 0
    assert ((similarity >= 0) & (similarity <= 1)).all()
    order = np.argsort(distance, axis=None)
    assert (np.diff(similarity.flatten()[order]) <= 0).all()
    assert (similarity[distance == 0] == 1).all()


def test_the_median_distance_has_similarity_one_over_e():
    distance = np.array([[0, 1, 2], [1, 0, 5], [2, 5, 0]], dtype=float)
    assert to_similarity(distance, scale_of(distance))[0, 2] == pytest.approx(np.exp(-1))


def test_mostly_copies_still_have_a_scale():
    distance = np.zeros((5, 5))
    distance[4, :4] = distance[:4, 4] = 2.0
    assert scale_of(distance) == 2.0
    assert scale_of(np.zeros((4, 4))) == 1.0
    assert scale_of(np.full((4, 4), np.nan)) == 1.0


def test_notes_warn_of_shared_heads_mixed_kinds_and_few_patients():
    labels = draw_labels(240, "br")
    landscape = landscape_of(labels, "br", patient=np.arange(240) // 40)
    notes = " ".join(measure_affinity(landscape, SCA(), 5).notes)
    assert "blind to sign" in notes
    assert "several kinds (binary, regression)" in notes
    assert "6 blocks of patients" in notes
    quiet = measure_affinity(landscape_of(draw_labels(240, "bb")), LabelAgreement(), 5)
    assert quiet.notes == ()


def test_one_row_and_one_block_are_measured():
    landscape = landscape_of(
        np.array([[0, 1], [1, 0], [1, 1]] * 4), patient=np.zeros(12, dtype=int)
    )
    assert landscape.sums.n_blocks == 1
    affinity = measure_affinity(landscape, SCA(), 5)
    np.testing.assert_allclose(affinity.low, affinity.high)
    assert np.isfinite(affinity.values).all()


@ALL_MEASURES
def test_every_measure_explains_itself_and_survives_a_report(measure):
    assert measure.title
    assert (
        "blind" in measure.summary
        or "base rates" in measure.summary
        or "Scaling" in measure.summary
    )
    key = MEASURES.key_of(measure)
    assert from_spec(MEASURES, to_spec(MEASURES, measure)) == measure
    assert choose(MEASURES, key) == measure
    assert measure_affinity(landscape_of(draw_labels(60, "bb")), measure, 3).measure == key


def test_sca_is_the_default_and_the_cosine_wants_probes():
    assert measure_affinity(landscape_of(draw_labels(60, "bb"))).measure == "sca"
    assert AbsCosine.heads == "probe"
    assert SCA.heads is None
    assert LabelAgreement.heads is None
