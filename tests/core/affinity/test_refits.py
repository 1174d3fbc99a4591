"""What fitted heads add to intervals, replicates and stability."""

from dataclasses import replace

import numpy as np
import pytest

from core.affinity import (
    SCA,
    AbsCosine,
    Cosine,
    LabelAgreement,
    MeanGradient,
    SCARelative,
    Sign,
    measure_affinity,
)
from core.data import load_table, plant_groups
from core.landscape import OneStep, measure_landscape
from core.values import Split
from tests.core.landscape.tables import draw_labels, make_table

FITTED = OneStep(heads="probe", width=32, starts=1, max_points=10)
N_DRAWS, N_ROWS = 12, 300


@pytest.fixture(scope="module")
def tables():
    """The same tasks on patients drawn anew, again and again, all of them for training."""
    planted = plant_groups(
        n_samples=N_DRAWS * N_ROWS, n_features=8, noise=0.3, group_sizes=(2, 2, 1), seed=3
    )
    table = load_table(planted.frame, targets=list(planted.targets))
    return [part_of(table, slice(k * N_ROWS, (k + 1) * N_ROWS)) for k in range(N_DRAWS)]


@pytest.fixture(scope="module")
def landscapes(tables):
    return [measure_landscape(table, FITTED) for table in tables]


def part_of(table, rows):
    return replace(
        table,
        features=table.features[rows],
        labels=table.labels[rows],
        split=np.full(N_ROWS, Split.TRAIN.code),
        patient=np.arange(N_ROWS),
    )


@pytest.mark.parametrize("measure", [AbsCosine(), Cosine(), Sign()])
def test_an_interval_holds_what_new_patients_say_on_average(landscapes, measure):
    """The truth is the mean over cohorts of the size: what an interval of 95 % should hold."""
    assert share_held(landscapes, measure) > 0.85
    assert share_held([replace(one, refits=None) for one in landscapes], measure) < 0.7


@pytest.mark.parametrize(
    "settings", [{"steps": 4, "step_size": 0.1}, {"pairing": "energy"}, {"pairing": "all_pairs"}]
)
def test_so_does_one_of_several_steps_or_of_unmatched_samples(tables, settings):
    fitted = replace(FITTED, step_rows=60, **settings)
    landscapes = [measure_landscape(table, fitted, reads=["abs_cosine"]) for table in tables]
    assert share_held(landscapes, AbsCosine()) > 0.85
    still = [replace(one, refits=None) for one in landscapes]
    assert share_held(still, AbsCosine()) < share_held(landscapes, AbsCosine()) - 0.1


def share_held(landscapes, measure):
    found = [measure_affinity(one, measure, 100) for one in landscapes]
    truth = np.mean([each.values for each in found], axis=0)
    held = [(each.low <= truth) & (truth <= each.high) for each in found]
    return np.mean([each[np.triu_indices(len(truth), 1)] for each in held])


def test_replicates_vary_as_affinities_of_new_patients_do(landscapes):
    found = [measure_affinity(one, AbsCosine(), 100) for one in landscapes]
    source, target = np.triu_indices(len(found[0].values), 1)
    between = np.std([each.values[source, target] for each in found], axis=0, ddof=1)
    claimed = np.mean([each.replicates[:, source, target].std(axis=0) for each in found], axis=0)
    assert 0.7 < np.median(claimed / between) < 1.5


def test_nothing_is_fitted_again_where_heads_are_not_fitted_or_nobody_asks():
    table = make_table(draw_labels(), "bbrm")
    assert measure_landscape(table, replace(FITTED, heads="shared")).refits is None
    assert measure_landscape(table, replace(FITTED, refits=0)).refits is None
    assert measure_landscape(table, replace(FITTED, pairing="mean")).refits is None
    assert measure_landscape(table, FITTED, reads=["mean_product"]).refits is None


def test_heads_that_were_fitted_once_are_told_where_the_interval_is():
    table = make_table(draw_labels(), "bbrm")

    def is_told(measure=AbsCosine(), table=table, **settings):
        landscape = measure_landscape(table, replace(FITTED, **settings))
        notes = measure_affinity(landscape, measure, 10).notes
        return any("heads were fitted once" in note for note in notes)

    assert is_told(refits=0)
    assert is_told(table=replace(table, patient=np.arange(len(table.labels)) % 3))
    assert not is_told(MeanGradient(), refits=0)
    assert not is_told(refits=0, pairing="mean")
    assert not is_told()
    assert not is_told(steps=2)
    assert not is_told(pairing="energy")
    assert not is_told(SCA(), heads="shared")


def test_intervals_that_are_too_wide_or_a_little_too_narrow_are_told():
    table = make_table(draw_labels(), "bbrm")
    fitted, shared = (
        measure_landscape(table, replace(FITTED, heads=heads)) for heads in ("probe", "shared")
    )
    told = {
        (landscape.heads, measure.title): " ".join(measure_affinity(landscape, measure, 10).notes)
        for landscape in (fitted, shared)
        for measure in (MeanGradient(), SCARelative(), SCA())
    }
    wide = {key for key, notes in told.items() if "as wide as need be" in notes}
    narrow = {key for key, notes in told.items() if "a little too narrow" in notes}
    assert wide == {("probe", MeanGradient.title)}
    assert narrow == {("shared", SCARelative.title)}


def test_heads_of_a_recorded_model_are_told():
    landscape = measure_landscape(make_table(draw_labels(), "bbrm"), FITTED)
    recorded = replace(landscape, heads="recorded", refits=None)

    def told_by(measure):
        return any(
            "trained model" in note for note in measure_affinity(recorded, measure, 10).notes
        )

    assert told_by(AbsCosine())
    assert told_by(MeanGradient())
    assert not told_by(LabelAgreement())


def test_a_measure_of_mean_displacements_keeps_its_block_bootstrap():
    """Its sums carry the labels of the rows, so the blocks vary enough."""
    landscape = measure_landscape(make_table(draw_labels(), "bbrm"), FITTED)
    without = replace(landscape, refits=None)
    for measure, is_same in ((MeanGradient(), True), (AbsCosine(), False)):
        one, other = (measure_affinity(each, measure, 10) for each in (landscape, without))
        assert np.array_equal(one.replicates, other.replicates) is is_same
        np.testing.assert_array_equal(one.values, other.values)


def test_refits_of_a_part_of_the_rows_count_for_less():
    """√(2 f) of a deviation, for refits that hold the share f of the rows."""
    landscape = measure_landscape(make_table(draw_labels(400), "bbrm"), FITTED)
    refits, still = landscape.refits, {"count": landscape.sums.count * 1e12}
    steady = replace(
        landscape,
        sums=replace(landscape.sums, **still, abs_cosine=landscape.sums.abs_cosine * 1e12),
    )
    spread = {
        share: measure_affinity(
            replace(
                steady,
                refits=replace(
                    refits,
                    count=refits.count * 2e12 * share,
                    abs_cosine=refits.abs_cosine * 2e12 * share,
                ),
            ),
            AbsCosine(),
            25,
        ).replicates[:, 0, 1]
        for share in (0.5, 0.125)
    }
    rest = measure_affinity(replace(steady, refits=None), AbsCosine(), 25).replicates[:, 0, 1]
    np.testing.assert_allclose(spread[0.125] - rest, (spread[0.5] - rest) / 2, rtol=0.05, atol=1e-4)


def deviations(landscape, n_replicates):
    found = measure_affinity(landscape, Cosine(), n_replicates)
    return 2 * found.replicates[:, 0, 1] - 1 - found.values[0, 1]  # similarities are (1 + c) / 2


@pytest.fixture(scope="module")
def followed():
    """A landscape, and a way to make its refits: so much of what the rows of a half move, and so
    much of chance."""
    landscape = measure_landscape(make_table(draw_labels(400), "bbrm"), FITTED)
    sums, halves = landscape.sums, landscape.halves
    assert (halves.sum(axis=1) == halves.shape[1] // 2).all()
    count, cosine = (np.tensordot(halves, one, axes=1) for one in (sums.count, sums.cosine))
    rows = cosine / count - sums.cosine.sum(axis=0) / sums.count.sum(axis=0)
    chance, along = np.random.default_rng(0).normal(size=(len(halves), 1)) * 0.01, rows[:, 0, 1]
    along = np.column_stack([np.ones(len(halves)), along])
    chance -= along @ np.linalg.lstsq(along, chance)[0]  # has nothing to do with the rows
    half = np.broadcast_to(sums.count.sum(axis=0) / 2, count.shape)

    def made(follow, by_chance):
        values = follow * rows + by_chance * chance[..., None]
        return replace(
            landscape, refits=replace(landscape.refits, count=half, cosine=half * values)
        )

    return replace(landscape, refits=None), made, chance.ravel()


def test_heads_that_follow_the_rows_move_with_them(followed):
    still, made, _ = followed
    np.testing.assert_allclose(deviations(made(2.0, 0.0), 50), 3 * deviations(still, 50), atol=1e-6)


def test_heads_that_go_against_the_rows_do_not_narrow_an_interval(followed):
    still, made, _ = followed
    narrow = np.std(deviations(still, 400))
    assert np.std(deviations(made(-1.0, 0.0), 400)) > 1.2 * narrow


def test_a_spread_that_few_halves_tell_is_wider_as_students_t_is(followed):
    still, made, chance = followed
    added = np.var(deviations(made(0.0, 1.0), 8000)) - np.var(deviations(still, 8000))
    expected = 2.069 / 1.960 * chance.std(ddof=2)  # 23 degrees of freedom
    np.testing.assert_allclose(added**0.5, expected, rtol=0.05)


def test_halves_that_nobody_knows_add_to_the_blocks(followed):
    still, made, _ = followed
    known = made(1.0, 0.0)
    found = np.std(deviations(replace(known, halves=None), 4000))
    np.testing.assert_allclose(found, 2**0.5 * np.std(deviations(still, 4000)), rtol=0.25)


def test_copies_of_a_task_stay_copies_in_every_replicate():
    labels = draw_labels()
    labels[:, 1] = labels[:, 0]
    landscape = measure_landscape(make_table(labels, "bbrm"), FITTED)
    affinity = measure_affinity(landscape, AbsCosine(), 30)
    np.testing.assert_allclose(affinity.replicates[:, 0, 1], 1.0, atol=1e-6)
    np.testing.assert_array_equal(affinity.replicates[:, 0, 2], affinity.replicates[:, 1, 2])


def test_values_of_an_interval_are_values_of_the_measure(landscapes):
    for measure in (AbsCosine(), SCA()):
        affinity = measure_affinity(landscapes[0], measure, 100)
        assert (affinity.low >= 0).all()
        assert (affinity.high <= (np.inf if affinity.is_distance else 1)).all()
