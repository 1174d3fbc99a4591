"""TAG as a measure: two directions, one similarity, intervals, notes, its null."""

from dataclasses import replace

import numpy as np
import pytest

from core.affinity import MEASURES, TAG, measure_affinity
from core.affinity.similarity import scale_of_own, share_of_own
from core.data import load_table, plant_groups
from core.errors import MethodError
from core.joint_run import LookAhead
from core.landscape import OneStep, measure_landscape, measure_look_ahead
from core.null import measure_null
from core.pipeline import run, run_landscape
from core.storage import load_value, save_value
from core.values import Landscape
from tests.cohort import plan_with, small_cohort
from tests.core.landscape.tables import draw_labels, make_table

SMALL = OneStep(width=16, starts=1, max_points=10)


def landscape_of(table, measure=None, method=SMALL):
    landscape = measure_landscape(table, method, device="cpu")
    ahead = measure_look_ahead(table, landscape, measure or TAG(steps=40), method, device="cpu")
    return replace(landscape, look_ahead=ahead)


def within(gain, labels):
    """How often a pair of one group stands above a pair of two."""
    same = np.equal.outer(labels, labels)
    pairs = ~np.eye(len(labels), dtype=bool)
    return (gain[same & pairs][:, None] > gain[~same]).mean()


def test_values_are_the_gains_and_similarity_adds_up_both_directions():
    landscape = landscape_of(make_table(draw_labels(missing=0.2), "bbrm"))
    affinity = measure_affinity(landscape, TAG(), 30)
    gain = landscape.look_ahead.gain.sum(axis=0)
    np.testing.assert_allclose(affinity.values, gain)
    assert affinity.is_directed
    assert affinity.measure == "tag"
    own = np.diag(gain)
    least = np.median(np.abs(own))
    for s, t in np.ndindex(4, 4):
        expected = (gain[s, t] + gain[t, s]) / max(own[s] + own[t], least)
        assert affinity.similarity[s, t] == pytest.approx(1 if s == t else np.clip(expected, 0, 1))
    assert (affinity.low <= affinity.values).all()
    assert (affinity.values <= affinity.high).all()
    assert (affinity.high > affinity.low).all()


def test_copies_are_one_even_where_training_does_not_help_them():
    gain = np.array([[-0.2, -0.2, 0.3], [-0.2, -0.2, 0.3], [0.1, 0.1, 0.4]])
    share = share_of_own(gain, scale_of_own(gain))
    assert share[0, 1] == share[1, 0] == 1.0
    assert share[0, 2] == 1.0
    labels = draw_labels(kinds="bb", missing=0.2)
    copied = landscape_of(make_table(np.column_stack([labels, labels[:, 0]])))
    affinity = measure_affinity(copied, TAG(), 20)
    assert affinity.similarity[0, 2] == 1.0
    assert (affinity.replicates[:, 0, 2] == 1.0).all()


def test_harm_is_no_likeness_and_nothing_to_scale_by_is_no_failure():
    gain = np.array([[0.2, -0.3], [0.1, 0.2]])
    assert share_of_own(gain, 0.2)[0, 1] == 0.0
    still = np.zeros((2, 2))
    assert scale_of_own(still) == 1.0
    np.testing.assert_array_equal(share_of_own(still, 1.0), np.eye(2))
    assert scale_of_own(np.full((2, 2), np.nan)) == 1.0
    assert np.isnan(share_of_own(np.array([[0.2, np.nan], [np.nan, 0.2]]), 0.2)[0, 1])


def test_planted_groups_gain_from_each_other_and_no_longer_where_there_are_none():
    found = {}
    for structure in (True, False):
        planted = plant_groups(n_samples=1200, noise=0.1, structure=structure, seed=1)
        frame = planted.frame.copy()
        flipped = list(planted.targets[::2])
        frame[flipped] = 1 - frame[flipped]  # a task and its opposite share everything
        table = load_table(frame, targets=planted.targets)
        affinity = measure_affinity(landscape_of(table, TAG(), OneStep(starts=1)), TAG(), 5)
        found[structure] = within(affinity.similarity, planted.labels)
    assert found[True] > 0.95
    assert found[False] < 0.75


def test_more_held_out_rows_make_a_narrower_interval():
    widths = []
    for n in (300, 4800):
        planted = plant_groups(n_samples=n, group_sizes=(3, 3))
        table = load_table(planted.frame, targets=planted.targets)
        measure = TAG(steps=100, look_rows=5000)
        affinity = measure_affinity(landscape_of(table, measure), measure, 100)
        widths.append(np.median(affinity.high - affinity.low))
    assert widths[1] < widths[0] / 2


def test_a_landscape_without_a_joint_run_is_refused_with_the_way_out():
    landscape = measure_landscape(make_table(draw_labels(kinds="bb")), SMALL)
    with pytest.raises(MethodError, match="measure_look_ahead"):
        measure_affinity(landscape, TAG(), 5)


def test_notes_tell_of_the_run_and_of_pairs_no_look_knew():
    labels = draw_labels(n=120, kinds="bbb")
    labels[:, 2] = np.nan
    labels[:2, 2] = [0, 1]  # both rows are learnt from with this seed
    affinity = measure_affinity(landscape_of(make_table(labels)), TAG(), 5)
    assert np.isnan(affinity.values[0, 2])
    notes = " ".join(affinity.notes)
    assert "4 looks ahead in one joint run, at 25 training rows held out" in notes
    assert "unknown for y0 and y2, y1 and y2: no look ahead had labels of both tasks." in notes


def test_a_look_ahead_survives_the_disk(tmp_path):
    landscape = landscape_of(make_table(draw_labels(kinds="bb")))
    save_value(tmp_path / "landscape.npz", landscape)
    assert load_value(tmp_path / "landscape.npz", Landscape) == landscape
    bare = replace(landscape, look_ahead=None)
    save_value(tmp_path / "bare.npz", bare)
    assert load_value(tmp_path / "bare.npz", Landscape) == bare != landscape


def test_the_null_of_tag_has_no_gains_and_can_be_told_from_groups():
    cohort = small_cohort(n_samples=800, noise=0.1)
    table = load_table(cohort.frame, targets=cohort.targets)
    measure = TAG(steps=150, batch_size=64)
    null = measure_null(table, SMALL, measure, device="cpu", n_permutations=4)
    affinity = measure_affinity(landscape_of(table, measure), measure, 5)
    same = np.equal.outer(cohort.labels, cohort.labels) & ~np.eye(6, dtype=bool)
    assert null.values[:, same].mean() < affinity.values[same].mean() / 5
    assert np.isfinite(null.similarity).all()


class Remember:
    """A store that keeps the names of what was made."""

    def __init__(self):
        self.made = []

    def keep(self, name, kind, made_from, make):
        self.made.append(name)
        return make()


def test_every_run_has_it_up_to_so_many_tasks_and_beyond_only_where_it_is_chosen(monkeypatch):
    cohort = small_cohort(n_samples=120)
    table = load_table(cohort.frame, targets=cohort.targets)
    assert "tag" in {affinity.measure for affinity in run(table, plan_with()).affinities}
    monkeypatch.setattr(TAG, "most_tasks", 5)
    store = Remember()
    report = run(table, plan_with(), store=store)
    assert {affinity.measure for affinity in report.affinities} == set(MEASURES.methods) - {"tag"}
    assert "look-ahead" not in store.made
    report = run(table, plan_with(measure=TAG(steps=5)))
    assert report.affinity.measure == "tag"


def test_a_landscape_without_rows_is_grouped_by_the_other_measures():
    landscape = measure_landscape(make_table(draw_labels(kinds="bbbb")), SMALL)
    report = run_landscape(landscape, plan_with())
    assert {affinity.measure for affinity in report.affinities} == set(MEASURES.methods) - {"tag"}


def test_a_look_ahead_is_of_the_same_number_of_blocks():
    landscape = landscape_of(
        make_table(draw_labels(n=60, kinds="bb")), method=replace(SMALL, n_blocks=7)
    )
    assert isinstance(landscape.look_ahead, LookAhead)
    assert len(landscape.look_ahead.gain) == landscape.sums.n_blocks == 7
