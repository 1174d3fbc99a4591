"""What `measure_landscape` promises: only training rows, whole patients, one seed one result."""

from dataclasses import replace

import numpy as np
import pytest

from core.errors import Cancelled, MethodError, TableError
from core.landscape import LANDSCAPES, OneStep, measure_landscape
from core.methods import choose
from core.values import Split
from tests.core.landscape.tables import draw_labels, make_table

SMALL = OneStep(width=16, starts=1)
BOTH_HEADS = pytest.mark.parametrize("heads", ["shared", "probe"])


def sums_of(landscape):
    items = landscape.sums._items()
    return {name: values for name, values in items if isinstance(values, np.ndarray)}


def assert_same_sums(one, other, rtol=1e-5):
    for name, values in sums_of(one).items():
        expected = getattr(other.sums, name)
        np.testing.assert_allclose(values, expected, rtol=rtol, atol=rtol * expected.max())


@BOTH_HEADS
def test_same_seed_same_fingerprint(heads):
    table = make_table(draw_labels(missing=0.2), "bbrm")
    method = replace(SMALL, heads=heads)
    one, same = (measure_landscape(table, method, seed=3, device="cpu") for _ in range(2))
    assert one.fingerprint == same.fingerprint
    assert one.fingerprint != measure_landscape(table, method, seed=4, device="cpu").fingerprint


@BOTH_HEADS
def test_only_training_rows_count(heads):
    labels = draw_labels(kinds="bbb")
    table = make_table(labels)
    held_out = table.split != Split.TRAIN.code
    other = make_table(np.where(held_out[:, None], 1 - labels, labels))
    method = replace(SMALL, heads=heads)
    ours, theirs = (measure_landscape(t, method) for t in (table, other))
    assert ours.sums == theirs.sums
    assert ours.label_sums == theirs.label_sums
    assert ours.n_samples == len(table.rows(Split.TRAIN))
    assert set(ours.points.sample) <= set(table.rows(Split.TRAIN))


@BOTH_HEADS
@pytest.mark.parametrize("kinds", ["bbb", "bbrm"])
def test_sums_do_not_depend_on_the_batch_size(heads, kinds):
    table = make_table(draw_labels(kinds=kinds, missing=0.3), kinds)
    method = replace(SMALL, heads=heads)
    whole = measure_landscape(table, method)
    for batch_size in (1, 17, 100):
        assert_same_sums(whole, measure_landscape(table, replace(method, batch_size=batch_size)))


@pytest.mark.parametrize(("heads", "rtol"), [("shared", 1e-5), ("probe", 1e-3)])
def test_permuting_the_tasks_permutes_the_sums(heads, rtol):
    labels, order = draw_labels(missing=0.2), [2, 0, 3, 1]
    method = replace(SMALL, heads=heads)
    plain = measure_landscape(make_table(labels, "bbrm"), method)
    turned = measure_landscape(make_table(labels[:, order], "rbmb"), method)
    for name, values in sums_of(plain).items():
        expected = values[:, order][:, :, order]
        found = getattr(turned.sums, name)
        np.testing.assert_allclose(found, expected, rtol=rtol, atol=rtol * expected.max())


@BOTH_HEADS
def test_a_copy_is_exactly_as_its_original(heads):
    labels = draw_labels(kinds="bbrm", missing=0.2)
    table = make_table(np.concatenate([labels, labels], axis=1), "bbrmbbrm")
    sums = measure_landscape(table, replace(SMALL, heads=heads)).sums
    for task in range(4):
        assert (sums.distance[:, task, task + 4] == 0).all()
        assert (sums.abs_cosine[:, task, task + 4] == sums.count[:, task, task + 4]).all()


def test_counts_are_the_rows_labelled_for_both():
    labels = draw_labels(kinds="bbr", missing=0.4)
    table = make_table(labels, "bbr")
    known = (~np.isnan(labels[table.rows(Split.TRAIN)])).astype(float)
    for starts in (1, 3):
        landscape = measure_landscape(table, replace(SMALL, starts=starts))
        np.testing.assert_array_equal(landscape.sums.count.sum(0), known.T @ known)
        np.testing.assert_array_equal(landscape.label_sums.count.sum(0), known.T @ known)


def test_several_starts_are_the_mean_of_the_single_ones_and_say_their_spread():
    table = make_table(draw_labels(kinds="bbb"))
    one, three = (measure_landscape(table, replace(SMALL, starts=n)) for n in (1, 3))
    assert "not of another start" in one.notes[0]
    assert "3 random starts" in three.notes[0]
    assert one.points == three.points
    ratio = three.sums.distance.sum() / one.sums.distance.sum()
    assert 0.3 < ratio < 3.0
    assert ratio != pytest.approx(1.0, abs=1e-6)


def test_there_are_fifty_blocks_of_whole_patients():
    labels = draw_labels(600, "bb")
    rng = np.random.default_rng(0)
    landscape = measure_landscape(make_table(labels, patient=rng.integers(0, 200, 600)), SMALL)
    assert landscape.sums.n_blocks >= 45
    assert landscape.label_sums.count.shape[0] == landscape.sums.n_blocks
    assert measure_landscape(make_table(labels), SMALL).sums.n_blocks == 50
    few = measure_landscape(make_table(labels, patient=np.arange(600) // 100), SMALL)
    assert few.sums.n_blocks == 6


@BOTH_HEADS
def test_rare_labels_and_one_class_stay_finite(heads):
    labels = draw_labels(kinds="bbbm")
    labels[:, 1] = 0
    labels[5, 1] = 1  # its only positive is held out
    labels[:, 2] = np.nan
    labels[:2, 2] = [0, 1]
    landscape = measure_landscape(make_table(labels, "bbbm"), replace(SMALL, heads=heads))
    for values in sums_of(landscape).values():
        assert np.isfinite(values).all()
    assert np.isfinite(landscape.points.sketch).all()


@BOTH_HEADS
def test_a_task_without_any_training_label_shares_nothing(heads):
    labels = draw_labels(kinds="bbr")
    table = make_table(labels, "bbr")
    empty = np.array(table.labels)
    empty[table.rows(Split.TRAIN), 1] = np.nan
    table = replace(table, labels=empty)
    landscape = measure_landscape(table, replace(SMALL, heads=heads))
    assert (landscape.sums.count[:, 1] == 0).all()
    assert (landscape.sums.distance[:, 1] == 0).all()


def test_extreme_but_finite_regression_labels_are_measured():
    labels = draw_labels(kinds="br")
    plain = measure_landscape(make_table(labels, "br"), SMALL)
    labels[:, 1] *= 1e200
    assert_same_sums(measure_landscape(make_table(labels, "br"), SMALL), plain)


def test_an_infinite_label_is_named():
    labels = draw_labels(kinds="br")
    labels[0, 1] = np.inf
    with pytest.raises(TableError, match=r"'y1' has 1 infinite label.*--ignore"):
        measure_landscape(make_table(labels, "br"), SMALL)


def test_a_loss_that_is_not_finite_names_its_task(monkeypatch):
    from core.landscape.rows import material

    real = material.prepare_labels

    def broken(tasks, labels):
        prepared = real(tasks, labels)
        prepared.value[3, 1] = np.nan
        return prepared

    monkeypatch.setattr(material, "prepare_labels", broken)
    with pytest.raises(TableError, match=r"'y1' has a loss .* 1 training row \(number 3, from"):
        measure_landscape(make_table(draw_labels(kinds="br"), "br"), SMALL)


def test_tables_without_rows_or_features_are_refused():
    labels = draw_labels(kinds="bb")
    with pytest.raises(TableError, match="no training rows"):
        measure_landscape(make_table(labels, split=np.full(len(labels), 2)), SMALL)
    flat = replace(make_table(labels), features=np.zeros((len(labels), 5)))
    with pytest.raises(TableError, match="No feature varies"):
        measure_landscape(flat, SMALL)


@BOTH_HEADS
def test_progress_rises_to_1_and_may_cancel(heads):
    table = make_table(draw_labels(kinds="bb"))
    method = replace(SMALL, heads=heads, starts=2, batch_size=10)
    told = []
    measure_landscape(table, method, on_progress=lambda share, text: told.append(share))
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)
    assert len(told) > 20

    def stop(share, text):
        if share > 0.7:
            raise Cancelled("stop")

    with pytest.raises(Cancelled):
        measure_landscape(table, method, on_progress=stop)


def test_the_table_of_methods_checks_its_knobs():
    assert choose(LANDSCAPES, "one_step", heads="probe").heads == "probe"
    with pytest.raises(MethodError, match="'shared', 'probe', 'own'"):
        OneStep(heads="none")


@BOTH_HEADS
def test_a_gpu_gives_the_same_sums(heads):
    import torch

    if not torch.cuda.is_available():
        pytest.skip("no usable GPU")
    table = make_table(draw_labels(missing=0.2), "bbrm")
    method = replace(SMALL, heads=heads)
    cpu, cuda = (measure_landscape(table, method, device=name) for name in ("cpu", "cuda"))
    assert_same_sums(cpu, cuda, rtol=1e-3)
