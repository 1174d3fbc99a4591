"""Several steps are a plain loop of gradient descent on every sample and task."""

import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from core.errors import MethodError, TableError
from core.landscape import OneStep, measure_landscape
from core.landscape.drawn_heads import draw_shared_head
from core.landscape.own_samples.crossed import sum_crossed
from core.landscape.rows.pieces import arrange_rows
from core.landscape.terms import PairTerms
from core.landscape.trunks.admit import admit
from core.landscape.trunks.perceptron import Perceptron
from core.landscape.walks.copies import follow_copies
from core.landscape.walks.factors import follow_factors
from core.landscape.walks.targets import find_targets, head_kinds
from core.landscape.walks.walk import SMALL_STEP
from core.landscape.walks.walked import sum_walked
from core.values import Split
from tests.core.landscape.oracle import loss_of, pair_sums
from tests.core.landscape.tables import draw_labels, make_table
from tests.core.landscape.test_closed_form import CPU, make_problem, own_heads

SMALL = OneStep(width=8, starts=1, max_points=50)


def plain_walk(trunk, heads, task, place, x, y, steps, step_size):
    """θ_K − θ₀ of one sample and task, by a loop of autograd; stops like the engine."""
    weights = [weight.clone().requires_grad_() for weight in trunk.weights]
    first = None
    for _ in range(steps):
        h = x
        for weight in weights:
            h = torch.relu(weight @ h)
        loss = loss_of(task, h @ heads.weight[place] + heads.bias[place], y)
        grads = torch.autograd.grad(loss, weights)
        size = step_size * torch.cat([grad.flatten() for grad in grads]).norm()
        first = size if first is None else first
        weights = [
            (w - step_size * g).detach().requires_grad_()
            for w, g in zip(weights, grads, strict=True)
        ]
        if size <= SMALL_STEP * first:
            break
    moved = zip(weights, trunk.weights, strict=True)
    return torch.cat([(after - before).flatten() for after, before in moved]).detach()


def heads_for(heads_of, tasks, labels, trunk, generator):
    if heads_of == "shared":
        return draw_shared_head(tasks, labels, trunk.width, "prior", generator, CPU)
    return own_heads(tasks, trunk.width, generator)


def every_walk(x, value):
    """One walk a row and task, row after row."""
    n_rows, n_tasks = value.shape
    task = torch.arange(n_tasks).repeat(n_rows)
    return x.repeat_interleave(n_tasks, 0), value.flatten(), task


def as_module(trunk):
    """The same two layers as a module, which has no closed form."""
    net = nn.Sequential(
        nn.Linear(6, 8, bias=False), nn.ReLU(), nn.Linear(8, 8, bias=False), nn.ReLU()
    )
    net.load_state_dict({"0.weight": trunk.weights[0], "2.weight": trunk.weights[1]})
    return admit(net, 6, lambda x: x, CPU)


def written_out(walks):
    """[walk, weight]"""
    layers = [torch.cat([d[0].flatten(1) for _, d in pull.formed()]) for pull in walks.pulls]
    return torch.cat(layers, dim=1)


BOTH_WAYS = pytest.mark.parametrize(
    "way", [follow_copies, follow_factors], ids=["copies", "factors"]
)


@BOTH_WAYS
@pytest.mark.parametrize("steps", [1, 2, 12])
@pytest.mark.parametrize(("kinds", "heads_of"), [("bbr", "shared"), ("bmrt", "own")])
def test_walks_are_plain_gradient_descent(way, kinds, heads_of, steps):
    tasks, labels, trunk, x, value, _, generator = make_problem(kinds, 0.0, 3, 8)
    heads = heads_for(heads_of, tasks, labels, trunk, generator)
    found = written_out(way(trunk, heads, *every_walk(x, value), steps, 0.05))
    found = found.unflatten(0, value.shape)
    for row in range(len(x)):
        for place, task in enumerate(tasks):
            expected = plain_walk(trunk, heads, task, place, x[row], value[row, place], steps, 0.05)
            assert (found[row, place] - expected).abs().max() <= 1e-5


@pytest.mark.parametrize("rectified", [True, False])
@pytest.mark.parametrize("counted", [(0,), (1, 2), (2,), (0, 2)])
def test_factors_are_copies_whichever_layers_count(counted, rectified):
    tasks, _, trunk, x, value, _, generator = make_problem("bmr", 0.0, 3, 8)
    trunk = replace(trunk, counted=counted, rectified=rectified)
    heads = own_heads(tasks, 8, generator)
    heads = replace(heads, weight=0.2 * heads.weight)
    one, other = (
        way(trunk, heads, *every_walk(x, value), 6, 0.002)
        for way in (follow_copies, follow_factors)
    )
    torch.testing.assert_close(written_out(one), written_out(other), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(one.stopped, other.stopped)
    seen = one.length[:, other.seen]
    torch.testing.assert_close(seen, other.length, rtol=1e-4, atol=1e-5)


@BOTH_WAYS
def test_a_regression_walks_to_its_own_optimum_and_stops(way):
    tasks, _, trunk, x, value, _, generator = make_problem("rr", 0.0, 1, 8)
    heads = own_heads(tasks, 8, generator)
    walks = way(trunk, heads, *every_walk(x, value), 50, 0.05)
    assert walks.stopped[-1].mean() > 0.8
    assert (walks.stopped.diff(dim=0) >= 0).all()
    end = trunk.weights[0] + written_out(walks)[0].reshape(trunk.weights[0].shape)
    before, after = (
        (heads.logits(Perceptron((w,)).forward(x).features)[0, 0, 0] - value[0, 0]).abs()
        for w in (trunk.weights[0], end)
    )
    assert after < 0.1 * before


@BOTH_WAYS
def test_walks_that_have_converged_leave_and_nothing_changes(way, monkeypatch):
    tasks, _, trunk, x, value, _, generator = make_problem("rrb", 0.0, 2, 8)
    heads, walk = own_heads(tasks, 8, generator), every_walk(x, value)
    early = way(trunk, heads, *walk, 40, 0.02)
    assert 0.2 < early.stopped[-1].mean() < 1.0
    monkeypatch.setattr(sys.modules[way.__module__], "FEW_LEFT", 0.0)
    late = way(trunk, heads, *walk, 40, 0.02)
    torch.testing.assert_close(written_out(early), written_out(late), rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(early.length, late.length, rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(early.stopped, late.stopped)


def test_walks_may_all_converge_before_the_last_step():
    tasks, _, trunk, x, value, _, generator = make_problem("r", 0.0, 1, 8)
    heads = own_heads(tasks, 8, generator)
    for way in (follow_copies, follow_factors):
        walks = way(trunk, heads, x[:2], value[:2, 0], torch.zeros(2, dtype=torch.long), 50, 0.05)
        assert (walks.stopped[-1] == 1).all()
        assert torch.isfinite(written_out(walks)).all()


def test_binary_tasks_that_share_a_head_share_two_walks():
    tasks, labels, _, _, value, known, generator = make_problem("bbbbbb", 0.3, 2, 8)
    known[:, 0] = True
    zero = draw_shared_head(tasks, labels, 8, "zero", generator, CPU)
    targets = find_targets(head_kinds(zero), value, known)
    assert targets.place.shape[1] == 2
    assert targets.share.sum() == known.sum()
    for row, task in known.nonzero().tolist():
        walk = targets.place[row, targets.turn[row, task]]
        assert targets.row[walk] == row
        assert value[row, targets.task[walk]] == value[row, task]
    prior = draw_shared_head(tasks, labels, 8, "prior", generator, CPU)
    distinct = len(prior.bias.unique())
    assert find_targets(head_kinds(prior), value, known).place.shape[1] >= min(distinct, 3)
    own = own_heads(tasks, 8, generator)
    assert len(find_targets(head_kinds(own), value, known).row) == known.sum()


def test_classes_of_one_shared_head_share_walks_and_other_kinds_do_not():
    tasks, labels, _, _, _, _, generator = make_problem("mmbr", 0.0, 2, 8)
    heads = draw_shared_head(tasks, labels, 8, "zero", generator, CPU)
    kind = head_kinds(heads)
    assert kind[0] == kind[1]
    assert len(kind.unique()) == 3


@pytest.mark.parametrize("missing", [0.0, 0.5])
@pytest.mark.parametrize("trunk_of", ["perceptron", "module"])
@pytest.mark.parametrize(("kinds", "heads_of"), [("bbbr", "shared"), ("bmrt", "own")])
def test_sums_are_those_of_plain_walks(kinds, heads_of, trunk_of, missing):
    tasks, labels, trunk, x, value, known, generator = make_problem(kinds, missing, 2, 8)
    heads = heads_for(heads_of, tasks, labels, trunk, generator)
    g = torch.stack(
        [
            torch.stack(
                [
                    plain_walk(trunk, heads, task, place, x[row], value[row, place], 4, 0.05)
                    for place, task in enumerate(tasks)
                ]
            )
            for row in range(len(x))
        ]
    )
    if trunk_of == "module":
        trunk = as_module(trunk)
    block = np.arange(12) // 5
    rows = arrange_rows(x.numpy(), labels, block, CPU)
    found = sum_walked(rows, trunk, heads, 4, 0.05, 1000, 1000, lambda share: None).sums
    expected = pair_sums(g * known.unsqueeze(2), known)
    for name, want in zip(PairTerms._fields, expected, strict=True):
        name = "count" if name == "n_shared" else name
        by_block = np.stack([want[block == b].sum(0) for b in range(3)])
        np.testing.assert_allclose(getattr(found, name), by_block, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("heads", ["shared", "probe"])
def test_one_tiny_step_and_several_agree_up_to_their_length(heads):
    table = make_table(draw_labels(120, "bbr", missing=0.2), "bbr")
    method = replace(SMALL, heads=heads, step_rows=1000)
    one = measure_landscape(table, method).sums
    few = measure_landscape(table, replace(method, steps=2, step_size=1e-6)).sums
    np.testing.assert_array_equal(one.count, few.count)
    np.testing.assert_allclose(few.cosine.sum(0), one.cosine.sum(0), atol=0.05 * len(table.labels))
    ratio = few.distance.sum(0)[0, 1] / one.distance.sum(0)[0, 1]
    assert ratio == pytest.approx(2e-6, rel=0.2)


def test_the_curve_rises_and_the_notes_tell_it():
    table = make_table(draw_labels(120, "bbr"), "bbr")
    landscape = measure_landscape(table, replace(SMALL, steps=10, step_size=0.1, step_rows=40))
    assert landscape.curve.shape == (10, 2)
    assert (np.diff(landscape.curve[:, 0]) >= 0).all()
    assert landscape.curve[-1, 1] > landscape.curve[0, 1]
    assert any("10 steps" in note for note in landscape.notes)
    assert 40 <= np.diagonal(landscape.sums.count.sum(0)).min() <= 100
    assert measure_landscape(table, SMALL).curve.shape == (0, 2)


def test_mean_displacements_have_one_step():
    table = make_table(draw_labels(60, "bb"))
    with pytest.raises(MethodError, match="use steps=1"):
        measure_landscape(table, replace(SMALL, steps=2, pairing="mean"))


@pytest.mark.parametrize("trunk_of", ["perceptron", "module"])
def test_samples_of_different_tasks_are_compared_after_several_steps(trunk_of):
    tasks, labels, trunk, x, value, _, generator = make_problem("bmr", 0.0, 2, 8)
    heads = own_heads(tasks, 8, generator)
    task = np.arange(12) % 3
    moved = torch.stack(
        [
            plain_walk(trunk, heads, tasks[k], k, x[row], value[row, k], 4, 0.05)
            for row, k in enumerate(task)
        ]
    ).double()
    if trunk_of == "module":
        trunk = as_module(trunk)
    alone = labels._replace(known=np.equal.outer(task, np.arange(3)))
    rows = arrange_rows(x.numpy(), alone, np.arange(12) // 6, CPU)
    found = sum_crossed(tasks, rows, trunk, heads, 10, 10, "energy", lambda share: None, 4, 0.05)
    apart = np.asarray((moved[:, None] - moved[None]).abs().sum(2))
    by_task = [[apart[np.ix_(task == s, task == t)].sum() for t in range(3)] for s in range(3)]
    np.testing.assert_allclose(found.sums.distance.sum(0), by_task, rtol=1e-4)
    np.testing.assert_allclose(found.curve[-1, 1], moved.abs().sum(1).mean(), rtol=1e-4)


def test_tasks_with_their_own_samples_may_take_several_steps():
    labels = np.full((60, 2), np.nan)
    labels[::2, 0], labels[1::2, 1] = draw_labels(30, "bb").T
    landscape = measure_landscape(make_table(labels), replace(SMALL, steps=3, step_size=0.1))
    assert landscape.sums.pairing == "energy"
    assert landscape.curve.shape == (3, 2)
    assert any("About 32 rows were followed" in note for note in landscape.notes)
    few = measure_landscape(make_table(draw_labels(60, "bb")), replace(SMALL, steps=3))
    n_rows = len(make_table(draw_labels(60, "bb")).rows(Split.TRAIN))
    assert any("shared heads have converged; the last" in note for note in few.notes)
    assert any(f"About {n_rows} rows were followed" in note for note in few.notes)


def test_steps_that_diverge_ask_for_smaller_ones():
    table = make_table(draw_labels(60, "rb"), "rb")
    with pytest.raises(
        TableError, match=r"'y0' has a loss that .* 50 steps of 10 on \d+ .*smaller"
    ):
        measure_landscape(table, replace(SMALL, trunk="linear", steps=50, step_size=10.0))


def test_a_cnn_is_followed_for_several_steps():
    table = replace(make_table(draw_labels(60, "bb"), n_features=36), feature_shape=(6, 6))
    landscape = measure_landscape(table, replace(SMALL, steps=3, step_size=0.05, step_rows=20))
    assert landscape.curve.shape == (3, 2)
    assert np.isfinite(landscape.sums.distance).all()
