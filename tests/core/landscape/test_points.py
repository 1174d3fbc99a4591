"""Points: sketches of true displacements, drawn fairly."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.errors import MethodError
from core.landscape import OneStep, measure_landscape, measure_points
from core.landscape.heads import make_heads
from core.landscape.points import SIDE, draw_projections, sketch_points
from core.landscape.rows.labels import prepare_labels
from core.landscape.rows.strata import draw_pairs, share_out
from core.landscape.trunks.perceptron import draw_perceptron
from core.values import Split
from tests.core.landscape.oracle import gradients
from tests.core.landscape.tables import draw_labels, make_table

SMALL = OneStep(width=16, starts=1)


def test_a_sketch_is_the_projected_displacement():
    labels = draw_labels(9, "brm", seed=4)
    tasks = make_table(labels, "brm").tasks
    generator = torch.Generator().manual_seed(0)
    trunk = draw_perceptron(5, 7, 2, generator, torch.device("cpu"))
    heads = make_heads(tasks, torch.randn(3, 7, 3, generator=generator), torch.zeros(3, 3))
    x = torch.randn(9, 5, generator=generator)
    prepared = prepare_labels(tasks, labels)
    projections = draw_projections(trunk, generator)
    drawn = [np.arange(9)] * 3
    found = sketch_points(
        trunk, [heads.only(task) for task in range(3)], projections, x.numpy(), prepared, drawn
    )
    g, losses = gradients(trunk, heads, tasks, x, torch.from_numpy(prepared.value).float())
    first, second = g.split([35, 49], dim=-1)
    parts = (first.unflatten(-1, (7, 5)), second.unflatten(-1, (7, 7)))
    expected = sum(
        torch.einsum("lo,rtoi,mi->trlm", left, -part, right)
        for part, left, right in zip(parts, projections.left, projections.right, strict=True)
    ).reshape(27, SIDE**2)
    np.testing.assert_allclose(found.sketch, expected.numpy(), atol=1e-4)
    np.testing.assert_allclose(found.loss, losses.T.flatten().numpy(), rtol=1e-4, atol=1e-5)


def test_points_carry_the_tables_rows_and_labels():
    labels = draw_labels(kinds="bbrm", missing=0.3)
    table = make_table(labels, "bbrm")
    points = measure_landscape(table, SMALL).points
    np.testing.assert_array_equal(points.label, labels[points.sample, points.task])
    assert points.n_total == len(points.label)
    assert points.n_total == (~np.isnan(labels[table.rows(Split.TRAIN)])).sum()
    assert points.sketch.shape == (points.n_total, 64)
    assert (points.loss >= 0).all()


def test_a_draw_shows_every_task_and_label_alike():
    labels = draw_labels(1200, "bbr")
    labels[:, 1] = np.arange(1200) % 30 == 0  # 40 positives, 33 of them for training
    table = make_table(labels, "bbr")
    points = measure_landscape(table, replace(SMALL, max_points=300)).points
    assert len(points.task) == 300
    assert points.n_total == 3000
    np.testing.assert_array_equal(np.bincount(points.task), [100, 100, 100])
    rare = points.label[points.task == 1]
    assert rare.sum() == labels[table.rows(Split.TRAIN), 1].sum()
    assert len(set(zip(points.sample, points.task, strict=True))) == 300


@given(st.lists(st.integers(0, 50), min_size=1, max_size=12), st.integers(0, 400))
def test_shares_are_equal_while_they_last(sizes, budget):
    sizes = np.array(sizes)
    quota = share_out(sizes, budget)
    assert quota.sum() == min(budget, sizes.sum())
    assert (quota <= sizes).all()
    short = quota < sizes
    if short.any():
        assert quota.max() <= quota[short].min() + 1


def test_a_draw_depends_on_its_seed_alone():
    labels = draw_labels(600, "bb")
    tasks = make_table(labels).tasks
    one, same, other = (draw_pairs(tasks, labels, 100, seed) for seed in (1, 1, 2))
    assert all(map(np.array_equal, one, same))
    assert not all(map(np.array_equal, one, other))


@pytest.mark.parametrize("heads", ["shared", "probe"])
@pytest.mark.parametrize("steps", [1, 3])
def test_the_points_of_the_first_start_are_those_of_the_landscape(heads, steps):
    table = make_table(draw_labels(60, "bbr", missing=0.2), "bbr")
    method = OneStep(width=8, starts=2, heads=heads, steps=steps, max_points=100)
    points = measure_landscape(table, method, seed=3).points
    assert measure_points(table, 0, method, seed=3) == points
    other = measure_points(table, 1, method, seed=3)
    np.testing.assert_array_equal(other.sample, points.sample)
    np.testing.assert_array_equal(other.task, points.task)
    assert np.abs(other.sketch - points.sketch).max() > 0.01 * np.abs(points.sketch).max()
    with pytest.raises(MethodError, match="has 2 starts"):
        measure_points(table, 2, method, seed=3)
