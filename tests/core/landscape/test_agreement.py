"""The agreement of groups adds up over samples and over inputs, and is that of a plain loop."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.landscape import OneStep, bring, measure_agreement
from core.landscape.groups import agreement as room
from core.landscape.groups.agreement import find_agreement
from core.landscape.heads import make_heads
from core.landscape.rows.labels import prepare_labels
from core.landscape.trunks.admit import admit
from core.landscape.trunks.perceptron import draw_perceptron
from tests.core.landscape.modules import MODULES
from tests.core.landscape.oracle import gradients
from tests.core.landscape.tables import draw_labels, make_table

CPU = torch.device("cpu")
GROUPS = np.array([0, 1, 0, 1, 1, 2])


def make_problem(kinds="bbrmtb", missing=0.3, depth=2, n=14, seed=0):
    labels = draw_labels(n, kinds, missing, seed)
    tasks = make_table(labels, kinds).tasks
    prepared = prepare_labels(tasks, labels)
    generator = torch.Generator().manual_seed(seed)
    trunk = draw_perceptron(6, 5, depth, generator, CPU)
    x = torch.randn(n, 6, generator=generator)
    n_outputs = max(task.n_outputs for task in tasks)
    weight = torch.randn(len(tasks), 5, n_outputs, generator=generator)
    heads = make_heads(tasks, weight, torch.zeros(len(tasks), n_outputs))
    value, known = torch.from_numpy(prepared.value).float(), torch.from_numpy(prepared.known)
    return tasks, trunk, heads, x, value, known


def by_loop(g, known, groups):
    """Group by group and pair by pair from whole gradients: whole, [row, group], [weight, group]."""
    g = np.asarray(g.double()) * np.asarray(known)[:, :, None]
    n_rows, n_tasks, n_weights = g.shape
    count = np.asarray(known).sum(0)
    mean = g.sum(0) / count[:, None]
    size = np.linalg.norm(mean, axis=1)
    n_groups = groups.max() + 1
    whole, rows = np.full(n_groups, np.nan), np.full((n_rows, n_groups), np.nan)
    weights = np.full((n_weights, n_groups), np.nan)
    for group in range(n_groups):
        members = [t for t in range(n_tasks) if groups[t] == group]
        others = [t for t in range(n_tasks) if groups[t] != group]
        if len(members) < 2:
            continue
        whole[group], rows[:, group], weights[:, group] = 0, 0, 0
        for s in members:
            mates = [t for t in members if t != s]
            for sign, targets in ((1, mates), (-1, others)):
                for t in targets:
                    cosine = mean[s] @ mean[t] / size[s] / size[t]
                    share = sign * np.sign(cosine) / len(targets) / len(members)
                    whole[group] += share * cosine
                    along = share / size[s] / size[t]
                    rows[:, group] += along * (g[:, s] @ mean[t]) / count[s]
                    weights[:, group] += along * mean[s] * mean[t]
    return whole, rows, weights


@pytest.mark.parametrize("missing", [0.0, 0.4])
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_agreement_is_that_of_the_per_sample_loop(depth, missing):
    tasks, trunk, heads, x, value, known = make_problem(missing=missing, depth=depth)
    g, _ = gradients(trunk, heads, tasks, x, value)
    whole, rows, weights = by_loop(g, known, GROUPS)
    found = find_agreement(trunk, heads, x, value, known, GROUPS)
    np.testing.assert_allclose(found.whole, whole, atol=1e-5)
    np.testing.assert_allclose(found.by_row, rows, atol=1e-5)
    first = weights[: 5 * 6].reshape(5, 6, -1).sum(0)
    np.testing.assert_allclose(found.by_input, first, atol=1e-5)


def test_samples_add_up_to_the_whole_and_inputs_to_the_first_layer():
    _, trunk, heads, x, value, known = make_problem()
    found = find_agreement(trunk, heads, x, value, known, GROUPS)
    np.testing.assert_allclose(found.by_row.sum(0), found.whole, atol=1e-5)
    one_layer = draw_perceptron(6, 5, 1, torch.Generator().manual_seed(1), CPU)
    only = find_agreement(one_layer, heads, x, value, known, GROUPS)
    np.testing.assert_allclose(only.by_input.sum(0), only.whole, atol=1e-5)


def test_inputs_have_no_share_where_the_first_layer_does_not_count():
    _, trunk, heads, x, value, known = make_problem()
    last, first = replace(trunk, counted=(1,)), replace(trunk, counted=(0,))
    assert find_agreement(last, heads, x, value, known, GROUPS).by_input is None
    found = find_agreement(first, heads, x, value, known, GROUPS)
    np.testing.assert_allclose(found.by_input.sum(0), found.whole, atol=1e-5)


def test_a_group_of_one_agrees_with_nobody():
    found = find_agreement(*make_problem()[1:], GROUPS)
    assert np.isnan(found.whole[2])
    assert np.isnan(found.by_row[:, 2]).all()
    assert np.isfinite(found.whole[:2]).all()


def test_one_group_of_all_has_nothing_to_be_held_against():
    tasks, trunk, heads, x, value, known = make_problem()
    found = find_agreement(trunk, heads, x, value, known, np.zeros(6, dtype=int))
    g, _ = gradients(trunk, heads, tasks, x, value)
    assert found.whole[0] == pytest.approx(
        by_loop(g, known, np.zeros(6, dtype=int))[0][0], abs=1e-5
    )


def test_the_order_of_tasks_does_not_matter():
    _, trunk, heads, x, value, known = make_problem("bbbbbb")
    order = np.array([3, 5, 0, 4, 2, 1])
    turned = make_heads(
        make_table(draw_labels(14, "bbbbbb")).tasks, heads.weight[order], heads.bias[order]
    )
    one = find_agreement(trunk, heads, x, value, known, GROUPS)
    other = find_agreement(trunk, turned, x, value[:, order], known[:, order], GROUPS[order])
    np.testing.assert_allclose(one.by_row, other.by_row, atol=1e-6)
    np.testing.assert_allclose(one.by_input, other.by_input, atol=1e-6)


def test_a_complement_task_agrees_as_the_task_does():
    _, trunk, heads, x, value, known = make_problem("bbbbbb", missing=0.0)
    turned = make_heads(
        make_table(draw_labels(14, "bbbbbb")).tasks,
        torch.cat([-heads.weight[:1], heads.weight[1:]]),
        torch.cat([-heads.bias[:1], heads.bias[1:]]),
    )
    other = torch.cat([1 - value[:, :1], value[:, 1:]], dim=1)
    one = find_agreement(trunk, heads, x, value, known, GROUPS)
    found = find_agreement(trunk, turned, x, other, known, GROUPS)
    np.testing.assert_allclose(one.by_row, found.by_row, atol=1e-6)


def test_batches_do_not_matter(monkeypatch):
    problem = make_problem(n=30)[1:]
    one = find_agreement(*problem, GROUPS)
    monkeypatch.setattr(room, "MAX_ELEMENTS", 100)
    found = find_agreement(*problem, GROUPS)
    np.testing.assert_allclose(one.by_row, found.by_row, atol=1e-6)


@pytest.mark.parametrize("name", ["linear", "biases", "in place"])
def test_a_module_that_reads_the_inputs_first_has_shares_of_inputs(name):
    _, _, _, _, value, known = make_problem("bbbbbb")
    generator = torch.Generator().manual_seed(0)
    torch.manual_seed(0)
    trunk = admit(MODULES[name](), 12, lambda rows: rows, CPU)
    x = torch.randn(14, 12, generator=generator)
    tasks = make_table(draw_labels(14, "bbbbbb")).tasks
    heads = make_heads(tasks, torch.randn(6, 6, 1, generator=generator), torch.zeros(6, 1))
    found = find_agreement(trunk, heads, x, value, known, GROUPS)
    np.testing.assert_allclose(found.by_row.sum(0), found.whole, atol=1e-5)
    if name == "linear":
        np.testing.assert_allclose(found.by_input.sum(0), found.whole, atol=1e-5)
    else:
        assert len(found.by_input) == 12


def test_convolutions_have_no_shares_of_inputs_and_still_add_up():
    table = make_table(draw_labels(120, "bbbbbb"), n_features=36)
    found = measure_agreement(table, GROUPS, OneStep(trunk="cnn", width=8))
    assert found.by_input is None
    np.testing.assert_allclose(found.by_row.sum(0), found.whole, atol=1e-5)


def test_a_table_gives_the_trunk_of_its_landscape():
    table = make_table(draw_labels(120, "bbbbbb"))
    found = measure_agreement(table, GROUPS, OneStep(width=16), seed=3)
    again = measure_agreement(table, GROUPS, OneStep(width=16, heads="shared"), seed=3)
    assert len(found.by_row) == 100
    assert len(found.by_input) == 5
    np.testing.assert_array_equal(found.by_row, again.by_row)
    other = measure_agreement(table, GROUPS, OneStep(width=16), seed=3, number=1)
    assert not np.allclose(found.by_row, other.by_row, equal_nan=True)


def test_a_trunk_of_the_users_own_is_measured_where_it_stands():
    table = make_table(draw_labels(120, "bbbbbb"))
    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Linear(5, 7), torch.nn.ReLU())
    found = measure_agreement(table, GROUPS, brought=bring(module))
    again = measure_agreement(table, GROUPS, number=1, brought=bring(module))
    np.testing.assert_array_equal(found.by_row, again.by_row)
    assert len(found.by_input) == 5


def test_too_large_a_trunk_is_not_measured(monkeypatch):
    monkeypatch.setattr(room, "MAX_KEPT", 1000)
    assert measure_agreement(make_table(draw_labels(60, "bbbbbb")), GROUPS) is None
