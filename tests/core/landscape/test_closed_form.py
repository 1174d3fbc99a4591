"""The closed form is the plain per-sample loop, whatever the network, heads, kinds and holes."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.landscape.drawn_heads import draw_shared_head
from core.landscape.heads import make_heads
from core.landscape.rows.labels import prepare_labels
from core.landscape.rows.pieces import arrange_rows
from core.landscape.sums.any_trunk import terms_of_any_trunk
from core.landscape.sums.closed_form import pair_terms
from core.landscape.sums.mean_pull import sum_mean_products
from core.landscape.trunks.perceptron import draw_perceptron
from tests.core.landscape.oracle import gradients, mean_products, pair_sums
from tests.core.landscape.tables import draw_labels, make_table

CPU = torch.device("cpu")


def make_problem(kinds, missing, depth, width, seed=0):
    labels = draw_labels(12, kinds, missing, seed)
    tasks = make_table(labels, kinds).tasks
    prepared = prepare_labels(tasks, labels)
    generator = torch.Generator().manual_seed(seed)
    trunk = draw_perceptron(6, width, depth, generator, CPU)
    x = torch.randn(12, 6, generator=generator)
    value = torch.from_numpy(prepared.value).float()
    return tasks, prepared, trunk, x, value, torch.from_numpy(prepared.known), generator


def own_heads(tasks, width, generator):
    n_outputs = max(task.n_outputs for task in tasks)
    weight = torch.randn(len(tasks), width, n_outputs, generator=generator)
    return make_heads(tasks, weight, torch.randn(len(tasks), n_outputs, generator=generator))


def assert_equal(terms, expected, piece=1):
    for got, want in zip(terms, expected, strict=True):
        want = want.reshape(-1, piece, *want.shape[1:]).sum(1)
        assert np.abs(got.numpy() - want).max() <= 1e-5 * max(np.abs(want).max(), 1.0)


@pytest.mark.parametrize("missing", [0.0, 0.4])
@pytest.mark.parametrize(("depth", "width"), [(1, 4), (2, 16), (3, 9)])
@pytest.mark.parametrize("kinds", ["bbbb", "bbrr", "bmrb", "btrm"])
@pytest.mark.parametrize("heads_of", ["prior", "zero", "own"])
def test_closed_form_equals_the_per_sample_loop(heads_of, kinds, depth, width, missing):
    tasks, labels, trunk, x, value, known, generator = make_problem(kinds, missing, depth, width)
    if heads_of == "own":
        heads = own_heads(tasks, width, generator)
    else:
        heads = draw_shared_head(tasks, labels, width, heads_of, generator, CPU)
    assert heads.is_shared == (heads_of != "own" and not set("mt") & set(kinds))
    g, _ = gradients(trunk, heads, tasks, x, value)
    for piece in (1, 4):
        terms = pair_terms(trunk, heads, x, value, known, piece)
        assert_equal(terms, pair_sums(g, known), piece)


@pytest.mark.parametrize("heads_of", ["prior", "zero", "own"])
@pytest.mark.parametrize("kinds", ["bbbb", "btrm"])
def test_a_sum_is_the_same_whatever_is_read_beside_it(heads_of, kinds):
    tasks, labels, trunk, x, value, known, generator = make_problem(kinds, 0.4, 2, 8)
    if heads_of == "own":
        heads = own_heads(tasks, 8, generator)
    else:
        heads = draw_shared_head(tasks, labels, 8, heads_of, generator, CPU)
    together = pair_terms(trunk, heads, x, value, known, 3)
    for name in ("distance", "mass", "abs_cosine", "cosine", "opposite"):
        alone = pair_terms(trunk, heads, x, value, known, 3, frozenset({name}))
        for part in ("n_shared", name):
            expected = getattr(together, part)
            torch.testing.assert_close(getattr(alone, part), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("heads_of", ["prior", "zero", "own"])
def test_one_column_says_that_rows_have_all_labels_or_none(heads_of):
    tasks, labels, trunk, x, value, _, generator = make_problem("bbrb", 0.0, 2, 8)
    if heads_of == "own":
        heads = own_heads(tasks, 8, generator)
    else:
        heads = draw_shared_head(tasks, labels, 8, heads_of, generator, CPU)
    real = torch.arange(12).unsqueeze(1) % 4 < 3
    whole = pair_terms(trunk, heads, x, value, real.expand(-1, 4), 4)
    for one, other in zip(pair_terms(trunk, heads, x, value, real, 4), whole, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("heads_of", ["prior", "own"])
@pytest.mark.parametrize("rectified", [True, False])
@pytest.mark.parametrize("counted", [(), (0,), (1,), (2,), (0, 2)])
def test_layers_that_count_are_summed_like_those_of_any_trunk(counted, rectified, heads_of):
    tasks, labels, trunk, x, value, known, generator = make_problem("brb", 0.3, 3, 8)
    trunk = replace(trunk, counted=counted, rectified=rectified)
    if heads_of == "own":
        heads = own_heads(tasks, 8, generator)
    else:
        heads = draw_shared_head(tasks, labels, 8, heads_of, generator, CPU)
    x[5] = 0.0
    found = pair_terms(trunk, heads, x, value, known, 3)
    general = make_heads(tasks, heads.weight.clone(), heads.bias)
    expected = terms_of_any_trunk(trunk, general, x, value, known, 3)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("heads_of", ["prior", "zero", "own"])
def test_no_batch_waits_for_a_number_from_the_device(heads_of, monkeypatch):
    tasks, labels, trunk, x, value, known, generator = make_problem("bbrb", 0.3, 2, 8)
    if heads_of == "own":
        heads = own_heads(tasks, 8, generator)
    else:
        heads = draw_shared_head(tasks, labels, 8, heads_of, generator, CPU)

    def wait(*_, **__):
        raise AssertionError("the host waits for the device")

    for name in ("item", "cpu", "numpy", "tolist", "nonzero", "__bool__", "__float__", "__int__"):
        monkeypatch.setattr(torch.Tensor, name, wait)
    pair_terms(trunk, heads, x, value, known, 3)


def test_one_shared_output_equals_the_general_path():
    tasks, labels, trunk, x, value, known, generator = make_problem("bbr", 0.3, 2, 8)
    heads = draw_shared_head(tasks, labels, 8, "prior", generator, CPU)
    general = make_heads(tasks, heads.weight.clone(), heads.bias)
    fast = pair_terms(trunk, heads, x, value, known, 3)
    slow = pair_terms(trunk, general, x, value, known, 3)
    for one, other in zip(fast, slow, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-5)


def test_losses_equal_the_libraries():
    tasks, _, trunk, x, value, _, generator = make_problem("bmrt", 0.0, 2, 8)
    heads = own_heads(tasks, 8, generator)
    _, expected = gradients(trunk, heads, tasks, x, value)
    found = heads.losses(heads.logits(trunk.forward(x).features), value)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)


def test_residuals_are_the_derivatives_of_the_losses():
    tasks, _, _, _, value, _, generator = make_problem("bmrt", 0.0, 1, 8)
    heads = own_heads(tasks, 8, generator)
    logits = torch.randn(12, 4, 10, generator=generator, requires_grad=True)
    (expected,) = torch.autograd.grad(heads.losses(logits, value).sum(), logits)
    torch.testing.assert_close(heads.residuals(logits.detach(), value), expected)


def test_a_row_that_moves_nothing_has_cosine_0_with_others():
    tasks, _, trunk, x, value, known, generator = make_problem("bb", 0.0, 2, 8)
    heads = own_heads(tasks, 8, generator)
    terms = pair_terms(trunk, heads, torch.zeros_like(x), value, known, 1)
    assert (terms.distance == 0).all()
    assert (terms.mass == 0).all()
    assert (terms.abs_cosine == torch.eye(2)).all()
    assert (terms.cosine == torch.eye(2)).all()
    assert (terms.opposite == (1 - torch.eye(2)) / 2).all()


def test_loss_scale_leaves_the_cosine_and_changes_the_distance():
    tasks, _, trunk, x, value, known, generator = make_problem("brb", 0.0, 2, 8)
    heads = own_heads(tasks, 8, generator)

    class Louder(type(heads)):
        def residuals(self, logits, value):
            return super().residuals(logits, value) * torch.tensor([7.0, 1.0, 1.0])[:, None]

    louder = Louder(**vars(heads))
    plain = pair_terms(trunk, heads, x, value, known, 1)
    loud = pair_terms(trunk, louder, x, value, known, 1)
    for name in ("abs_cosine", "cosine", "opposite"):
        one, other = getattr(plain, name), getattr(loud, name)
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(loud.mass[:, 0, 0], 7 * plain.mass[:, 0, 0])
    assert loud.distance[:, 0, 1].sum() > 1.5 * plain.distance[:, 0, 1].sum()
    torch.testing.assert_close(plain.distance[:, 1, 2], loud.distance[:, 1, 2])


@pytest.mark.parametrize("missing", [0.0, 0.4])
@pytest.mark.parametrize(
    ("kinds", "one_output"), [("bbrb", True), ("bbrb", False), ("bmrb", False)]
)
def test_mean_products_are_those_of_the_summed_gradients(kinds, one_output, missing):
    tasks, labels, trunk, x, value, known, generator = make_problem(kinds, missing, 2, 8)
    if one_output:
        heads = draw_shared_head(tasks, labels, 8, "prior", generator, CPU)
    else:
        heads = own_heads(tasks, 8, generator)
    block = np.arange(12) // 5
    rows = arrange_rows(x.numpy(), labels, block, CPU, one_output)
    g, _ = gradients(trunk, heads, tasks, x, value)
    found = sum_mean_products(rows, trunk, heads, max_rows=100)
    expected = mean_products(g, known, block)
    assert np.abs(found - expected).max() <= 1e-5 * np.abs(expected).max()


def test_thinned_rows_are_a_fair_part_of_every_block():
    labels = draw_labels(1000, "bb")
    prepared = prepare_labels(make_table(labels).tasks, labels)
    x = np.arange(1000, dtype=np.float32)[:, None]
    for one_output in (True, False):
        rows = arrange_rows(x, prepared, np.arange(1000) // 100, CPU, one_output)
        assert rows.thinned(1000) is rows
        for wanted in (500, 200, 30, 1):
            thin = rows.thinned(wanted)
            seen = thin.x.numpy()[thin.real.numpy(), 0].astype(int)
            assert len(set(seen)) == len(seen)
            sizes = np.bincount(seen // 100, minlength=10)
            assert sizes.min() >= 1
            assert sizes.max() <= sizes.min() + 6
            assert len(seen) <= 2 * wanted + 10
            np.testing.assert_array_equal(thin.value.numpy()[thin.real.numpy()], labels[seen])
