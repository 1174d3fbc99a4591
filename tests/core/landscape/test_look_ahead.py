"""The joint run that looks ahead: against plain loops, and what must follow from its definition."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.affinity import TAG, measure_affinity
from core.errors import Cancelled
from core.inputs import model_inputs
from core.joint_run import JointRun
from core.landscape import OneStep, bring, measure_landscape, measure_look_ahead
from core.landscape.drawn_heads import draw_own_heads
from core.landscape.heads import make_heads
from core.landscape.look_ahead.draws import FEWEST, batches, hold_out
from core.landscape.look_ahead.joint import _STREAM
from core.landscape.look_ahead.step import Batch, Stand, losses_ahead, losses_here, pull_back
from core.landscape.look_ahead.tally import Tally
from core.landscape.rows.blocks import assign_blocks
from core.landscape.rows.labels import prepare_labels
from core.landscape.start import generator_of
from core.landscape.trunks.perceptron import Perceptron, draw_perceptron
from core.landscape.trunks.trunk import Trunk
from core.values import Split
from tests.core.landscape.oracle import loss_of
from tests.core.landscape.tables import draw_labels, make_table

SMALL = OneStep(width=8, starts=1, max_points=10, n_blocks=10)
RUN = JointRun(steps=7, every=3, batch_size=20, look_rows=25, held_out=0.3)
CPU = torch.device("cpu")


def looked(table, run=RUN, seed=0):
    landscape = measure_landscape(table, SMALL, seed)
    return measure_look_ahead(table, landscape, run, SMALL, seed, "cpu")


class PlainRun:
    """The same run by loops over tasks and rows, autograd and double precision."""

    def __init__(self, table, run, seed=0):
        self.tasks, self.run = table.tasks, run
        rows = table.rows(Split.TRAIN)
        self.x = torch.from_numpy(model_inputs(table)[rows]).double()
        labels = prepare_labels(table.tasks, table.labels[rows])
        self.value, self.known = torch.from_numpy(labels.value), labels.known
        patient = table.patient[rows]
        self.block = assign_blocks(patient, SMALL.n_blocks, seed)
        self.part = hold_out(patient, run.held_out, np.random.default_rng([seed, _STREAM, 0]))
        self.steps = batches(self.part.learnt, self.known, run.batch_size, [seed, _STREAM, 1])
        self.looks = batches(self.part.held, self.known, run.look_rows, [seed, _STREAM, 2])
        trunk = draw_perceptron(self.x.shape[1], 8, SMALL.depth, generator_of(seed, 0), CPU)
        heads = draw_own_heads(self.tasks, labels, 8, "prior", torch.Generator(), CPU)
        self.trunk = [weight.double().requires_grad_() for weight in trunk.weights]
        self.weight = torch.zeros_like(heads.weight).double().requires_grad_()
        self.bias = heads.bias.double().requires_grad_()
        zero = [torch.zeros_like(weight) for weight in self.trunk]
        self.unit = [self.loss(k, self.part.learnt, zero).item() for k in range(len(self.tasks))]

    def loss(self, task, rows, trunk, weight=None, row_weight=None):
        """Mean loss over the labelled rows; NaN without any."""
        total, count = torch.zeros((), dtype=torch.double), 0.0
        for row in rows:
            if self.known[row, task]:
                h = self.x[row]
                for layer in trunk:
                    h = torch.relu(layer @ h)
                logits = h @ self.weight[task] + self.bias[task]
                share = 1.0 if row_weight is None else row_weight[row]
                total = total + share * loss_of(self.tasks[task], logits, self.value[row, task])
                count += share
        return total / count if count else total * float("nan")

    def gains(self, row_weight=None):
        """Z of every look, [look, source, target]."""
        n_tasks, found = len(self.tasks), []
        for number in range(self.run.steps):
            rows = next(self.steps)
            losses = [self.loss(k, rows, self.trunk) / self.unit[k] for k in range(n_tasks)]
            moves = [self.pull(loss, self.trunk) for loss in losses]
            if number % self.run.every == 0:
                seen = next(self.looks) if len(self.part.held) else rows
                found.append(self.look(moves, losses, seen, row_weight))
            joint = sum(loss for loss in losses if not loss.isnan())
            parameters = [*self.trunk, self.weight, self.bias]
            with torch.no_grad():
                for each, move in zip(parameters, self.pull(joint, parameters), strict=True):
                    each -= self.run.learning_rate * move
        return np.stack(found)

    def pull(self, loss, parameters):
        return torch.autograd.grad(loss, parameters, retain_graph=True, materialize_grads=True)

    def look(self, moves, losses, seen, row_weight):
        size, n_tasks = self.run.learning_rate, len(self.tasks)
        gain = np.full((n_tasks, n_tasks), np.nan)
        with torch.no_grad():
            for source in range(n_tasks):
                if losses[source].isnan():
                    continue
                ahead = [w - size * m for w, m in zip(self.trunk, moves[source], strict=True)]
                for target in range(n_tasks):
                    after = self.loss(target, seen, ahead, row_weight=row_weight)
                    before = self.loss(target, seen, self.trunk, row_weight=row_weight)
                    gain[source, target] = 1 - after / before
        return gain


@pytest.mark.parametrize("held_out", [0.3, 0.0])
def test_gains_are_those_of_a_plain_loop_for_every_kind_of_task(held_out):
    table = make_table(draw_labels(n=120, kinds="bbrmt", missing=0.3), "bbrmt")
    run = replace(RUN, held_out=held_out)
    found = looked(table, run)
    expected = np.nanmean(PlainRun(table, run).gains(), axis=0)
    assert found.n_looks == 3
    assert (found.n_rows == 0) == (held_out == 0)
    assert np.abs(expected).max() > 1e-3
    np.testing.assert_allclose(found.gain.sum(axis=0), expected, atol=2e-6)


def test_weighting_the_blocks_is_re_weighting_the_rows_to_first_order():
    table = make_table(draw_labels(n=120, kinds="bbr"), "bbr")
    gain = looked(table).gain
    rng = np.random.default_rng(0)
    for size in (0.1, 0.01):
        weight = 1 + size * rng.standard_normal(len(gain))
        plain = PlainRun(table, RUN)
        expected = np.nanmean(plain.gains(weight[plain.block]), axis=0)
        plain_gain = gain.sum(axis=0)
        moved = np.tensordot(weight, gain, axes=1) - (weight.mean() - 1) * plain_gain
        assert np.abs(moved - expected).max() < 0.1 * size**2 + 2e-6
        assert np.abs(expected - plain_gain).max() > 1e-5


def test_copies_gain_what_they_would_gain_alone():
    labels = draw_labels(kinds="bbr", missing=0.2)
    gain = looked(make_table(np.column_stack([labels, labels[:, 0]]), "bbrb")).gain.sum(axis=0)
    assert gain[0, 3] == gain[3, 0] == gain[0, 0] == gain[3, 3]
    np.testing.assert_array_equal(gain[3, 1:3], gain[0, 1:3])


def test_flipping_a_label_changes_nothing_as_its_head_is_flipped_along():
    labels = draw_labels(kinds="bbr")
    flipped = labels.copy()
    flipped[:, 0] = 1 - flipped[:, 0]
    run = replace(RUN, steps=30)
    plain, other = (
        looked(make_table(one, "bbr"), run).gain.sum(axis=0) for one in (labels, flipped)
    )
    assert np.abs(plain).max() > 1e-3
    np.testing.assert_allclose(other, plain, atol=1e-6)


def test_from_one_fixed_head_equal_labels_help_and_opposite_labels_harm():
    rng, generator = np.random.default_rng(0), torch.Generator().manual_seed(0)
    label = torch.from_numpy((rng.random(40) < 0.5).astype(np.float32))
    value = torch.stack([label, label, 1 - label], dim=1)
    trunk = draw_perceptron(5, 8, 2, generator, CPU)
    column = 0.01 * torch.randn(8, 1, generator=generator).expand(3, 8, 1)  # chances near 1/2
    tasks = make_table(value.numpy()).tasks
    stand = Stand(trunk.start, make_heads(tasks, column, torch.zeros(3, 1)))
    x = torch.randn(40, 5, generator=generator)
    batch = Batch(x, value, torch.ones(40, 3, dtype=torch.bool))
    moves = pull_back(trunk, stand, batch, torch.ones(3)).moves(0, 3)
    here = losses_here(trunk, stand, batch).mean(0)
    gain = 1 - losses_ahead(trunk, stand, moves, 1.0, batch).mean(1) / here
    assert gain[0, 1] == gain[0, 0] > 0
    assert gain[0, 2] < 0
    assert gain[2, 0] < 0


def test_a_clear_task_and_its_noisy_twin_gain_unequally_from_each_other():
    rng = np.random.default_rng(0)
    table = make_table(draw_labels(n=600, kinds="rr"), "rr")
    clear = table.features @ np.array([1.0, -1.0, 0.5, 0.0, 0.0])
    noisy = clear + 3 * clear.std() * rng.standard_normal(len(clear))
    table = replace(table, labels=np.column_stack([clear, noisy]))
    gain = looked(table, JointRun(steps=60, every=2)).gain.sum(axis=0)
    assert gain[1, 0] > 2 * gain[0, 1] > 0


def test_any_module_can_be_the_trunk_and_stays_as_it_was():
    torch.manual_seed(0)
    module = torch.nn.Sequential(
        torch.nn.Linear(5, 8), torch.nn.LayerNorm(8), torch.nn.Tanh(), torch.nn.Linear(8, 6)
    )
    before = [parameter.clone() for parameter in module.parameters()]
    labels = draw_labels(kinds="bbm")
    table = make_table(np.column_stack([labels, labels[:, 0]]), "bbmb")
    landscape = measure_landscape(table, SMALL)
    brought = bring(trunk=module)
    gain = measure_look_ahead(table, landscape, RUN, SMALL, brought=brought).gain.sum(axis=0)
    assert gain[0, 3] == gain[0, 0] != 0
    assert np.isfinite(gain).all()
    assert all(torch.equal(*pair) for pair in zip(before, module.parameters(), strict=True))


@pytest.mark.parametrize("own", [False, True])
def test_permuting_the_tasks_permutes_the_gains(own):
    labels, order = draw_labels(missing=0.2), [3, 1, 0, 2]
    if own:
        labels[np.arange(len(labels))[:, None] % 4 != np.arange(4)] = np.nan
    plain = looked(make_table(labels, "bbrm")).gain
    turned = looked(make_table(labels[:, order], "mbbr")).gain
    np.testing.assert_allclose(turned, plain[:, order][:, :, order], atol=2e-6)


def test_only_training_rows_are_looked_at():
    table = make_table(draw_labels(kinds="bb"))
    away = table.split == Split.TEST.code
    features, labels = table.features.copy(), table.labels.copy()
    features[away], labels[away] = 1e6, 1 - labels[away]
    assert looked(replace(table, features=features, labels=labels)) == looked(table)


def test_rows_held_out_are_of_other_patients_than_those_learnt_from():
    patient = np.repeat(np.arange(30), 4)
    part = hold_out(patient, 0.25, np.random.default_rng(0))
    assert not set(patient[part.learnt]) & set(patient[part.held])
    np.testing.assert_array_equal(np.sort([*part.learnt, *part.held]), np.arange(120))
    assert len(part.held) == 32
    one = hold_out(np.zeros(5, dtype=int), 0.25, np.random.default_rng(0))
    assert (len(one.learnt), len(one.held)) == (5, 0)


def test_batches_are_epochs_and_give_every_task_of_own_samples_its_share():
    rows = np.arange(3, 53)
    stream = batches(rows, np.ones((60, 2), dtype=bool), 20, [0])
    drawn = np.concatenate([next(stream) for _ in range(5)])
    np.testing.assert_array_equal(np.bincount(drawn)[3:], 2)
    known = np.arange(600)[:, None] % 3 == np.arange(3)
    stream = batches(np.arange(600), known, 150, [0])
    np.testing.assert_array_equal(known[next(stream)].sum(axis=0), 50)
    stream = batches(np.arange(600), known, 3, [0])
    np.testing.assert_array_equal(known[next(stream)].sum(axis=0), FEWEST)


def test_a_task_without_held_out_labels_is_unknown_and_the_others_are_not():
    labels = draw_labels(n=120, kinds="bbb")
    labels[:, 2] = np.nan
    labels[:2, 2] = [0, 1]  # both rows are learnt from with this seed
    gain = looked(make_table(labels)).gain.sum(axis=0)
    assert np.isnan(gain[:, 2]).all()
    assert np.isfinite(gain[:2, :2]).all()


def test_a_run_that_leaves_the_finite_is_cut_off_with_a_note():
    found = looked(
        make_table(draw_labels(kinds="rr"), "rr"), JointRun(steps=50, learning_rate=10.0)
    )
    assert any("lower its learning_rate" in note for note in found.notes)
    assert found.n_looks < 5


def test_a_run_whose_layers_pass_nothing_on_says_that_it_stands_still():
    table = make_table(draw_labels(kinds="bb"))
    method = replace(SMALL, width=8, depth=1)
    weights = {"0.weight": torch.zeros(8, model_inputs(table).shape[1])}
    landscape = measure_landscape(table, method)
    asked = (JointRun(steps=40), method)
    found = measure_look_ahead(table, landscape, *asked, brought=bring(weights=weights))
    assert any("stood still: at 4 of 4 looks" in note for note in found.notes)
    moving = measure_look_ahead(table, landscape, *asked)
    assert not moving.notes
    tag = measure_affinity(replace(landscape, look_ahead=found), TAG(), 5)
    np.testing.assert_allclose(tag.similarity, np.eye(2), atol=1e-5)


def test_no_look_means_unknown_not_zero():
    assert np.isnan(Tally(3, 2).mean()).all()


def test_a_cancelled_run_stops_between_steps():
    table = make_table(draw_labels(kinds="bb"))
    told = []

    def stop(fraction, message):
        told.append(message)
        if len(told) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        measure_look_ahead(table, measure_landscape(table, SMALL), RUN, SMALL, on_progress=stop)
    assert told == ["looking ahead"] * 3


@pytest.mark.parametrize("counted", [(), (1,), (0, 2)])
def test_the_way_back_through_a_perceptron_is_that_of_autograd(counted):
    generator = torch.Generator().manual_seed(0)
    trunk = draw_perceptron(5, 8, 3, generator, CPU, counted)
    theta = trunk.start + 0.1 * torch.randn(len(trunk.start), generator=generator)
    x, gradient = (torch.randn(*shape, generator=generator) for shape in ((30, 5), (4, 30, 8)))
    (features, back), (expected, by_autograd) = (
        kind.and_back(trunk, theta, x) for kind in (Perceptron, Trunk)
    )
    torch.testing.assert_close(features, expected)
    torch.testing.assert_close(back(gradient), by_autograd(gradient), rtol=1e-4, atol=1e-5)
