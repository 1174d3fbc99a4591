"""Streaming is dense: a file read batch by batch gives the sums that the table in memory gives."""

from dataclasses import replace

import numpy as np
import pytest

from core.data.streamed import open_table, parquet, stream
from core.joint_run import JointRun
from core.keys import block_of
from core.landscape import OneStep, measure_landscape, measure_look_ahead
from core.landscape.rows import material
from core.values import Split
from tests.core.streamed_tables import KINDS, make_frame, save

METHOD = OneStep(starts=1, width=24, n_blocks=12, mean_rows=10**7)


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(parquet, "CELLS", 300 * 14)
    monkeypatch.setattr(stream, "ROWS", 400)


@pytest.fixture
def file(tmp_path):
    return save(make_frame(), tmp_path / "big.parquet")


def opened(file, **choices):
    return open_table(file, "y_*", patient_id="person", kinds=KINDS, **choices)


def dense(monkeypatch, streamed, method):
    """The landscape of all rows in memory, on the split and the blocks of the stream."""
    train = streamed.sample.rows(Split.TRAIN)
    patient = streamed.survey.patient[train]
    monkeypatch.setattr(material, "assign_blocks", lambda _, n, seed: block_of(patient, n, seed))
    return measure_landscape(streamed.sample, method, device="cpu")


def assert_same(one, other, rtol=1e-6, skip=()):
    for name, values in one._items():
        if isinstance(values, np.ndarray) and name not in skip:
            scale = max(np.abs(values).max(initial=0.0), 1.0)
            np.testing.assert_allclose(
                getattr(other, name), values, rtol, rtol * scale, err_msg=name
            )


@pytest.mark.parametrize("heads", ["shared", "own", "probe"])
def test_a_streamed_file_gives_the_sums_of_the_table_in_memory(
    monkeypatch, small_batches, file, heads
):
    streamed = opened(file)
    assert streamed.survey.weight.max() == 1
    method = replace(METHOD, heads=heads)
    found = measure_landscape(streamed, method, device="cpu")
    expected = dense(monkeypatch, streamed, method)
    assert found.n_samples == expected.n_samples
    assert found.sums.n_blocks == expected.sums.n_blocks == 12
    assert_same(expected.sums, found.sums)
    assert_same(expected.label_sums, found.label_sums)
    assert_same(expected.points, found.points, 1e-4)
    assert found.points.n_total == expected.points.n_total


def test_a_joint_run_looks_ahead_on_the_sample_of_a_streamed_file(small_batches, file):
    streamed, run = opened(file, sample_rows=400), JointRun(steps=5, every=2)
    landscape = measure_landscape(streamed, METHOD, device="cpu", reads=())
    found = measure_look_ahead(streamed, landscape, run, METHOD, device="cpu")
    assert len(found.gain) == landscape.sums.n_blocks == 12
    gain = found.gain.sum(axis=0)
    assert np.isfinite(gain).all()
    assert 0 < np.abs(gain).max() < 1
    n_train = len(streamed.sample.rows(Split.TRAIN))
    assert 0.15 * n_train < found.n_rows < 0.35 * n_train, "of whole patients"


@pytest.mark.parametrize("head_bias", ["zero", "prior"])
def test_sums_without_probes_are_exact_from_a_small_sample_too(
    monkeypatch, small_batches, tmp_path, head_bias
):
    """Times are cut, and numbers ranked, among the sample; the texts of a column are put in the
    order of their frequency there, so that column is left out. Base rates are those of all rows."""
    file = save(make_frame().drop(columns="ward"), tmp_path / "big.parquet")
    method = replace(METHOD, heads="shared", head_bias=head_bias)
    whole = opened(file)
    few = opened(file, sample_rows=400)
    assert len(few.survey.weight) < 1500
    found = measure_landscape(few, method, device="cpu")
    expected = dense(monkeypatch, whole, method)
    names = [task.name for task in expected.tasks]
    kept = [names.index(name) for name in ("y_sick", "y_rare", "y_class", "y_score")]
    for name in ("count", "distance", "mass", "cosine", "abs_cosine", "opposite"):
        ours, theirs = (getattr(one.sums, name)[:, kept][:, :, kept] for one in (found, expected))
        np.testing.assert_allclose(ours, theirs, 1e-5, 1e-3, err_msg=name)
    exact = [names.index("y_sick"), names.index("y_rare")]
    columns = np.flatnonzero(np.isin(expected.label_sums.task, exact))
    for name in ("count", "total", "square", "product"):
        ours, theirs = (
            getattr(one.label_sums, name)[:, columns][:, :, columns] for one in (found, expected)
        )
        np.testing.assert_array_equal(ours, theirs)


def test_probes_and_ranks_of_a_sample_are_near_those_of_all_rows(monkeypatch, tmp_path):
    frame = make_frame(8000).drop(columns="ward")
    noise = np.random.default_rng(1).normal(size=(2, len(frame)))
    for name, own in zip(("y_alike", "y_other"), noise, strict=True):
        source = frame["a"].fillna(100) / 15 if name == "y_alike" else frame["b"]
        frame[name] = (source - source.mean() + own > 0).astype(int)
    file = save(frame, tmp_path / "big.parquet")
    method = replace(METHOD, heads="probe")
    found = measure_landscape(opened(file, sample_rows=4200), method, device="cpu")
    expected = dense(monkeypatch, opened(file), method)

    def mean(one, name):
        return getattr(one.sums, name).sum(0) / one.sums.count.sum(0)

    names = [task.name for task in expected.tasks]
    learned = np.ix_(*[[names.index(name) for name in ("y_sick", "y_alike", "y_other")]] * 2)
    ours, theirs = (mean(one, "abs_cosine")[learned] for one in (found, expected))
    np.testing.assert_allclose(ours, theirs, atol=0.01)  # a probe of noise is noise
    ours, theirs = found.label_sums, expected.label_sums
    correlation = [
        one.product.sum(0) / np.sqrt(one.square.sum(0) * one.square.sum(0).T)
        for one in (ours, theirs)
    ]
    np.testing.assert_allclose(correlation[0], correlation[1], atol=0.02)


def test_the_order_and_size_of_batches_do_not_matter(monkeypatch, file):
    found = []
    for cells, rows in ((300 * 14, 400), (1 << 18, 1 << 14)):
        monkeypatch.setattr(parquet, "CELLS", cells)
        monkeypatch.setattr(stream, "ROWS", rows)
        found.append(measure_landscape(opened(file), METHOD, device="cpu"))
    assert_same(found[0].sums, found[1].sums)
    assert_same(found[0].label_sums, found[1].label_sums)


def test_tasks_with_their_own_samples_are_streamed_by_energy(tmp_path):
    frame = make_frame(1200)[["a", "b", "y_sick", "y_rare"]].copy()
    owner = np.arange(1200) % 2
    frame["y_rare"] = (frame["b"] > 0).astype(float)
    frame.loc[owner == 0, "y_rare"] = np.nan
    frame.loc[owner == 1, "y_sick"] = np.nan
    streamed = open_table(save(frame, tmp_path / "own.parquet"), "y_*")
    assert streamed.has_own_samples
    found = measure_landscape(streamed, METHOD, device="cpu")
    assert found.sums.pairing == "energy"
    few = open_table(tmp_path / "own.parquet", "y_*", sample_rows=300)
    said = measure_landscape(few, METHOD, device="cpu").notes
    assert any("Tasks are compared on rows of the sample" in note for note in said)
    assert not any("of the sample of" in note for note in found.notes), "all rows are at hand"
    assert (found.sums.count.sum(0) > 0).all()


def test_several_steps_follow_rows_of_the_sample(file):
    method = replace(METHOD, steps=2, step_rows=40, mean_rows=100)
    found = measure_landscape(opened(file, sample_rows=1000), method, device="cpu")
    assert found.curve.shape == (2, 2)
    assert any("Several steps are followed on rows of the sample" in note for note in found.notes)
    assert np.isfinite(found.sums.distance).all()
