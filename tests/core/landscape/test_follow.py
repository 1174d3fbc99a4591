"""Several steps are a plain loop of gradient descent on every sample and task."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.errors import MethodError
from core.landscape import OneStep, measure_landscape
from core.landscape.follow import SMALL_STEP, follow
from core.landscape.heads import draw_shared_head
from core.landscape.perceptron import Perceptron
from core.landscape.walked import dense_terms
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


@pytest.mark.parametrize("steps", [1, 2, 12])
@pytest.mark.parametrize(("kinds", "heads_of"), [("bbr", "shared"), ("bmrt", "own")])
def test_walks_are_plain_gradient_descent(kinds, heads_of, steps):
    tasks, labels, trunk, x, value, _, generator = make_problem(kinds, 0.0, 2, 8)
    if heads_of == "shared":
        heads = draw_shared_head(tasks, labels, 8, "prior", generator, CPU)
    else:
        heads = own_heads(tasks, 8, generator)
    found = follow(trunk, heads, x, value, steps, 0.05).displacement
    for row in range(len(x)):
        for place, task in enumerate(tasks):
            expected = plain_walk(trunk, heads, task, place, x[row], value[row, place], steps, 0.05)
            assert (found[row, place] - expected).abs().max() <= 1e-5


def test_a_regression_walks_to_its_own_optimum_and_stops():
    tasks, _, trunk, x, value, _, generator = make_problem("rr", 0.0, 1, 8)
    heads = own_heads(tasks, 8, generator)
    walks = follow(trunk, heads, x, value, 50, 0.05)
    assert walks.stopped[-1].mean() > 0.8
    assert (walks.stopped.diff(dim=0) >= 0).all()
    row, place = 0, 0
    end = trunk.weights[0] + walks.displacement[row, place].reshape(trunk.weights[0].shape)
    before, after = (
        (
            heads.logits(Perceptron((w,)).forward(x).features)[row, place, 0] - value[row, place]
        ).abs()
        for w in (trunk.weights[0], end)
    )
    assert after < 0.1 * before


@pytest.mark.parametrize("missing", [0.0, 0.5])
def test_terms_of_whole_displacements_are_the_oracles(missing):
    tasks, _, trunk, x, value, known, generator = make_problem("bmrt", missing, 2, 8)
    walks = follow(trunk, own_heads(tasks, 8, generator), x, value, 3, 0.05)
    expected = pair_sums(walks.displacement, known)
    masked = walks.displacement * known.unsqueeze(2)
    expected[5] = pair_sums(masked, known)[5]
    for row in range(len(x)):
        for got, want in zip(
            dense_terms(walks.displacement[row], known[row]), expected, strict=True
        ):
            np.testing.assert_allclose(got[0].numpy(), want[row], rtol=1e-4, atol=1e-5)


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


def test_steps_beyond_one_need_matched_samples():
    table = make_table(draw_labels(60, "bb"))
    with pytest.raises(MethodError, match="use steps=1"):
        measure_landscape(table, replace(SMALL, steps=2, pairing="energy"))
