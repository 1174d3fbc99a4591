"""Probes of rows that are only read: those that all rows in memory would give."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.landscape import OneStep, measure_landscape, measure_points
from core.landscape.probes import correct
from core.landscape.probes.fit import fit_probes
from core.landscape.rows.labels import Labels, prepare_labels
from core.landscape.rows.pieces import Supply, arrange_rows
from core.landscape.trunks.perceptron import draw_perceptron
from tests.core.landscape.tables import draw_labels, make_table
from tests.core.landscape.test_streamed import dense, make_frame, opened, save

CPU = torch.device("cpu")
N, FEW, INPUTS, RIDGE = 6000, 1500, 6, 5.0


class Table:
    """Rows whose labels have something to do with their inputs."""

    def __init__(self, kinds, missing=0.2, width=16, n=N, few=FEW, seed=0):
        rng = np.random.default_rng(seed)
        self.x = rng.standard_normal((n, INPUTS)).astype(np.float32)
        labels = draw_labels(n, kinds, missing, seed)
        score = self.x @ rng.standard_normal(INPUTS) + rng.standard_normal(n)
        for column, kind in enumerate(kinds):
            known = ~np.isnan(labels[:, column])
            labels[known, column] = _planted(kind, score[known], rng)
        self.tasks = make_table(labels, kinds).tasks
        self.labels = prepare_labels(self.tasks, labels)
        self.trunk = draw_perceptron(INPUTS, width, 2, torch.Generator().manual_seed(0), CPU)
        self.few = rng.permutation(n)[:few]

    def rows(self, at):
        labels = Labels(self.labels.value[at], self.labels.known[at])
        return arrange_rows(self.x[at], labels, np.arange(len(at)) // 100, CPU, n_blocks=N)

    def fit(self, at, every=None):
        return fit_probes(self.tasks, self.rows(at), self.trunk, RIDGE, lambda share: None, every)

    def every(self, step=700):
        """All rows in parts; how often they were read is counted."""
        self.n_read = 0

        def parts():
            self.n_read += 1
            places = np.arange(len(self.x))
            yield from (self.rows(places[k : k + step]) for k in range(0, len(self.x), step))

        return Supply(len(self.x), parts)

    def logits(self, heads):
        return heads.logits(self.trunk.features(torch.from_numpy(self.x))).double()

    def losses(self, heads):
        """Of all rows, with the penalty; the scale is that of all rows."""
        features = self.trunk.features(torch.from_numpy(self.x)).double()
        value = torch.from_numpy(self.labels.value)
        known = torch.from_numpy(self.labels.known)
        mean = (heads.losses(self.logits(heads), value) * known).sum(0) / known.sum(0)
        scale = (features.var(0, correction=0).mean()) ** 0.5
        penalty = RIDGE / 2 * (scale * heads.weight.double()).square().sum((1, 2)) / known.sum(0)
        return mean + penalty


def _planted(kind, score, rng):
    if kind == "b":
        return score > 0.5
    if kind == "m":
        return np.digitize(score, [-1, 1])
    if kind == "r":
        return score
    time = rng.exponential(np.exp(-score)) + 0.01
    return np.where(rng.random(len(score)) < 0.7, time, -time)


def test_a_binary_probe_of_rows_that_are_only_read_is_scikit_learns_of_all(monkeypatch):
    from sklearn.linear_model import LogisticRegression

    monkeypatch.setattr(correct, "READINGS", 25)
    monkeypatch.setattr(correct, "NEAR", 1e-5)
    table = Table("bb")
    heads = table.fit(table.few, table.every())
    features = table.trunk.features(torch.from_numpy(table.x)).double().numpy()
    few = features[table.few]
    scale = np.sqrt(few.var(axis=0).mean())  # the unit of the penalty is that of the rows at hand
    for task in range(2):
        known = table.labels.known[:, task]
        oracle = LogisticRegression(C=1 / RIDGE, tol=1e-9, max_iter=5000)
        oracle.fit(features[known] / scale, table.labels.value[known, task])
        expected = oracle.decision_function(features / scale)
        np.testing.assert_allclose(table.logits(heads)[:, task, 0].numpy(), expected, atol=5e-4)


@pytest.mark.parametrize("kind", ["b", "m", "r", "t"])
def test_two_or_three_readings_leave_little_of_the_way_to_the_probes_of_all_rows(kind):
    table = Table(kind + "b")
    sample, all_rows = table.fit(table.few), table.fit(np.arange(N))
    found = table.fit(table.few, table.every())
    assert 2 <= table.n_read <= 4
    target = table.logits(all_rows)[:, 0]

    def distance(heads):
        return float((table.logits(heads)[:, 0] - target).square().mean().sqrt())

    assert distance(found) < 0.15 * distance(sample)
    assert (table.losses(found) <= table.losses(sample)).all()


def test_probes_do_not_depend_on_the_cut_into_parts():
    table = Table("bmr")
    one, other = (table.fit(table.few, table.every(step)) for step in (333, 6000))
    torch.testing.assert_close(one.weight, other.weight, rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(one.bias, other.bias, rtol=1e-4, atol=1e-6)


def test_where_the_rows_at_hand_are_too_few_for_the_width_nothing_is_lost():
    """Forty rows say nothing of how the loss curves in most of 64 directions: the first step goes
    far too far, comes back, and shorter ones follow."""
    table = Table("bbr", width=64, few=40)
    sample, found = table.fit(table.few), table.fit(table.few, table.every())
    assert table.n_read == correct.READINGS
    assert (table.losses(found) <= table.losses(sample) + 1e-9).all()


def test_a_task_without_labels_keeps_an_empty_probe():
    table = Table("bb")
    table.labels.known[:, 1] = False
    heads = table.fit(table.few, table.every())
    assert (heads.weight[1] == 0).all()
    assert (heads.weight[0] != 0).any()


def test_progress_goes_up_to_the_end_and_a_reading_can_be_stopped():
    table, told = Table("bb"), []
    told_of = (table.tasks, table.rows(table.few), table.trunk, RIDGE)
    fit_probes(*told_of, told.append, table.every())
    assert told == sorted(told)
    assert 0.3 < max(told) <= 1.0

    def stop(share):
        if share > 0.15:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit_probes(*told_of, stop, table.every())
    assert table.n_read == 1


METHOD = OneStep(heads="probe", starts=1, width=24, n_blocks=12, mean_rows=10**7, refits=8)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    frame = make_frame(9000, rare=0.1).drop(columns="ward")
    noise = np.random.default_rng(1).normal(size=(2, len(frame)))
    for name, own in zip(("y_alike", "y_other"), noise, strict=True):
        source = frame["a"].fillna(100) / 15 if name == "y_alike" else frame["b"]
        frame[name] = (source - source.mean() + own > 0).astype(int)
    return save(frame, tmp_path_factory.mktemp("streamed") / "big.parquet")


def test_a_streamed_file_is_as_alike_as_the_table_in_memory(monkeypatch, file):
    few, all_rows = opened(file, sample_rows=2000), opened(file)
    assert len(few.survey.weight) < 3000
    found = measure_landscape(few, METHOD, device="cpu")
    expected = dense(monkeypatch, all_rows, METHOD)
    ours, theirs = (one.sums.abs_cosine.sum(0) / one.sums.count.sum(0) for one in (found, expected))
    names = [task.name for task in expected.tasks]
    learned = [names.index(name) for name in ("y_sick", "y_score", "y_alike", "y_other")]
    ours, theirs = (one[np.ix_(learned, learned)] for one in (ours, theirs))
    np.testing.assert_allclose(ours, theirs, atol=0.01)
    assert any("Probes were fitted to the sample" in note for note in found.notes)
    assert not any("Probes were fitted" in note for note in expected.notes)


def test_halves_of_a_streamed_file_count_as_halves_of_all_its_rows(file):
    few = opened(file, sample_rows=2000)
    found = measure_landscape(few, METHOD, device="cpu")
    ours, whole = found.refits.count.mean(0), found.sums.count.sum(0)
    np.testing.assert_allclose(ours, whole / 2, rtol=0.1)


def test_the_points_of_a_start_are_those_of_the_streamed_landscape(file):
    few = opened(file, sample_rows=2000)
    method = replace(METHOD, refits=0, max_points=200)
    landscape = measure_landscape(few, method, device="cpu")
    points = measure_points(few, 0, method, device="cpu")
    np.testing.assert_array_equal(points.sketch, landscape.points.sketch)
