"""What sets selected samples apart: by hand, by brute force, and with nothing small told."""

from dataclasses import replace

import numpy as np
import pytest

from core.data import load_table
from core.selection.profile import FEW_NOTE, SMALL, profile_rows, profile_samples, selected_rows
from core.values import Points, Split
from tests.cohort import small_cohort


@pytest.fixture(scope="module")
def table():
    return load_table(small_cohort(missing=0.1).frame, targets="y_*")


def points_of(table, rng):
    """A point for every label of a training row, with a random sketch."""
    known = ~np.isnan(table.labels)
    known[table.split != Split.TRAIN.code] = False
    sample, task = np.nonzero(known)
    n = len(sample)
    return Points(rng.normal(size=(n, 5)), sample, task, table.labels[sample, task], np.zeros(n), n)


def test_a_profile_is_the_difference_in_means_over_the_spread_of_all(table):
    points = points_of(table, np.random.default_rng(0))
    rows = table.rows(Split.TRAIN)
    inside = rows[table.features[rows, 3] > np.nanmedian(table.features[rows, 3])]
    outside = np.setdiff1d(rows, inside)
    chosen = np.isin(points.sample, inside)
    profile = profile_samples(table, points, chosen)
    labelled = np.unique(points.sample[chosen])  # all points of a row are chosen, or none
    assert profile.n_inside == len(labelled)
    assert profile.n_inside + profile.n_outside == len(rows)
    outside = np.setdiff1d(rows, labelled)
    name = table.feature_names[3]
    one = next(one for one in profile.differences if one.column == name)
    values = table.features[:, 3]
    assert one.inside == pytest.approx(np.nanmean(values[labelled]))
    assert one.outside == pytest.approx(np.nanmean(values[outside]))
    assert one.effect == pytest.approx((one.inside - one.outside) / np.nanstd(values[rows]))
    assert profile.differences[0].column == name, "the largest difference comes first"
    effects = [abs(one.effect) for one in profile.differences if not one.note]
    assert effects == sorted(effects, reverse=True)


def test_a_random_selection_has_no_large_difference(table):
    rng = np.random.default_rng(1)
    points = points_of(table, rng)
    half = rng.permutation(table.rows(Split.TRAIN))[: len(table.rows(Split.TRAIN)) // 2]
    profile = profile_samples(table, points, np.isin(points.sample, half))
    told = [abs(one.effect) for one in profile.differences if not one.note]
    assert np.median(told) < 0.2


@pytest.mark.parametrize("n", [1, SMALL])
def test_a_selection_of_ten_rows_or_fewer_is_not_described(table, n):
    points = points_of(table, np.random.default_rng(0))
    few = np.unique(points.sample)[:n]
    for chosen in (np.isin(points.sample, few), ~np.isin(points.sample, few)):
        profile = profile_samples(table, points, chosen)
        assert profile.is_small
        assert profile.differences == ()


def test_a_small_cell_hides_both_sides_and_their_difference(table):
    points = points_of(table, np.random.default_rng(0))
    rows = np.unique(points.sample)
    label = table.labels[:, 0]
    positives = [row for row in rows if label[row] == 1]
    inside = np.array([*positives[:3], *[row for row in rows if label[row] == 0][:40]])
    profile = profile_samples(table, points, np.isin(points.sample, inside))
    one = next(one for one in profile.differences if one.column == table.tasks[0].name)
    assert one.note == FEW_NOTE
    assert np.isnan([one.inside, one.outside, one.effect]).all()
    for other in profile.differences:
        if other.is_share and not other.note:
            column = dict(
                [
                    *zip(table.feature_names, table.features.T, strict=True),
                    *zip(table.task_names, table.labels.T, strict=True),
                ]
            )[other.column]
            for side in (inside, np.setdiff1d(table.rows(Split.TRAIN), inside)):
                counts = [(column[side] == value).sum() for value in (0, 1)]
                assert all(count == 0 or count > SMALL for count in counts)


@pytest.mark.parametrize("share", [0.02, 0.5, 0.98])
def test_a_row_is_selected_when_more_of_its_points_are_than_on_average(table, share):
    rng = np.random.default_rng(4)
    points = points_of(table, rng)
    chosen = rng.random(len(points.sample)) < share
    expected = [
        row
        for row in np.unique(points.sample)
        if (inside := chosen[points.sample == row]).mean() > chosen.mean() or inside.all()
    ]
    assert selected_rows(points, chosen).tolist() == expected
    assert 0 < len(expected) < len(np.unique(points.sample))
    assert selected_rows(points, np.zeros_like(chosen)).tolist() == []
    everything = selected_rows(points, np.ones_like(chosen))
    assert everything.tolist() == np.unique(points.sample).tolist()


@pytest.mark.parametrize("n", [1, SMALL])
def test_a_selection_of_ten_patients_or_fewer_is_not_described(table, n):
    """However many rows they have: eleven each."""
    rows = table.rows(Split.TRAIN)
    patient = np.arange(len(table.labels))
    patient[rows[: 11 * n]] = np.repeat(rows[:n], 11)
    many = replace(table, patient=patient)
    inside = np.isin(np.arange(len(patient)), rows[: 11 * n])
    for is_inside in (inside, ~inside):
        profile = profile_rows(many, is_inside, 0)
        assert profile.is_small
        assert profile.differences == ()
        assert sorted(profile.patients) == [n, len(rows) - 11 * n]
    assert not profile_rows(table, np.isin(np.arange(len(patient)), rows[:11]), 0).is_small


def test_eleven_rows_of_one_patient_hide_the_column_that_only_they_have(table):
    """Labels, flags, and values that only few have at all."""
    rows = table.rows(Split.TRAIN)
    patient = np.arange(len(table.labels))
    patient[rows[:11]] = rows[0]
    features = np.array(table.features, dtype=float)
    features[:, 2] = 0.0
    features[rows[:11], 2] = 1.0
    features[:, 3] = np.nan
    features[rows[:40], 3] = np.arange(40.0)
    features[rows[11:70], 3] = np.where(np.arange(59) < 29, np.nan, 5.0)
    only = replace(table, patient=patient, features=features)
    profile = profile_rows(only, np.isin(np.arange(len(patient)), rows[:40]), 0)
    notes = {one.column: one.note for one in profile.differences}
    assert notes[table.feature_names[2]] == FEW_NOTE
    assert notes[table.feature_names[3]] == FEW_NOTE
    each = profile_rows(
        replace(only, patient=table.patient), np.isin(patient, patient[rows[:40]]), 0
    )
    notes = {one.column: one.note for one in each.differences}
    assert notes[table.feature_names[2]] == notes[table.feature_names[3]] == ""
