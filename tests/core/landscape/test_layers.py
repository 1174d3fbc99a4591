"""Every form a layer's displacements come in adds up to the same as the written-out ones."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.landscape.layers import pull as layers_of
from core.landscape.layers.pull import Factors, Sites, Whole, terms_of_layers
from tests.core.landscape.oracle import mean_products, pair_sums

N_TASKS, N_ROWS, N_PLACES = 3, 8, 5


def draw(form, n_outputs, n_inputs, known, generator):
    """A pull of one form, and the displacements it stands for, [task, row, output, input]."""
    mask = known.T[:, :, None].double()

    def normal(*shape):
        values = torch.randn(*shape, generator=generator, dtype=torch.float64)
        return values * (torch.rand(*shape, generator=generator) < 0.8)

    if form == "factors":
        deltas, a = normal(N_TASKS, N_ROWS, n_outputs) * mask, normal(N_ROWS, n_inputs)
        return Factors(deltas, a), torch.einsum("tro,ri->troi", deltas, a)
    if form == "sites":
        deltas = normal(N_TASKS, N_ROWS, N_PLACES, n_outputs) * mask[..., None]
        a = normal(N_ROWS, N_PLACES, n_inputs)
        return Sites(deltas, a), torch.einsum("trpo,rpi->troi", deltas, a)
    whole = normal(N_TASKS, N_ROWS, n_outputs, n_inputs) * mask[..., None]
    return Whole(whole), whole


def draw_layers(seed, forms, missing=0.3):
    generator = torch.Generator().manual_seed(seed)
    known = torch.rand(N_ROWS, N_TASKS, generator=generator) >= missing
    sizes = torch.randint(1, 6, (len(forms), 2), generator=generator).tolist()
    made = [draw(form, *size, known, generator) for form, size in zip(forms, sizes, strict=True)]
    return [pull for pull, _ in made], [whole for _, whole in made], known


def end_to_end(wholes):
    """[row, task, weight]"""
    return torch.cat([whole.flatten(2) for whole in wholes], dim=2).transpose(0, 1)


@given(
    st.integers(0, 10_000),
    st.lists(st.sampled_from(["factors", "sites", "whole"]), min_size=1, max_size=4),
    st.sampled_from([1, 2, 8]),
)
def test_terms_of_layers_are_those_of_the_written_out_displacements(seed, forms, piece):
    pulls, wholes, known = draw_layers(seed, forms)
    terms = terms_of_layers(iter(pulls), known, piece)
    for got, want in zip(terms, pair_sums(end_to_end(wholes), known), strict=True):
        want = want.reshape(-1, piece, N_TASKS, N_TASKS).sum(1)
        np.testing.assert_allclose(got.numpy(), want, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("form", ["factors", "sites", "whole"])
def test_lengths_totals_and_sketches_are_those_of_the_written_out_displacements(form):
    (pull,), (whole,), known = draw_layers(3, [form])
    generator = torch.Generator().manual_seed(1)
    left, right = (torch.randn(2, n, generator=generator).double() for n in whole.shape[2:])
    torch.testing.assert_close(pull.lengths(), whole.abs().sum((2, 3)))
    torch.testing.assert_close(pull.total(), whole.sum(1))
    torch.testing.assert_close(pull.sketch(left, right), left @ whole @ right.T)
    found = pull.along(pull.total(), 4).numpy()
    expected = mean_products(end_to_end([whole]), known, np.arange(N_ROWS) // 4)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("form", ["factors", "sites", "whole"])
def test_a_pull_of_one_task_stands_for_its_multiples(form):
    (pull,), (whole,), _ = draw_layers(5, [form], missing=0.0)
    one = type(pull)(
        **{
            name: part[:1] if name != "inputs" else part
            for name, part in vars(pull).items()
            if part is not None
        }
    )
    weight = torch.randn(4, N_ROWS, generator=torch.Generator().manual_seed(2)).double()
    expected = torch.einsum("tr,roi->toi", weight, whole[0])
    torch.testing.assert_close(one.total(weight), expected)


@pytest.mark.parametrize("form", ["sites", "whole"])
def test_nothing_is_formed_for_more_rows_than_fit(form, monkeypatch):
    (pull,), (whole,), known = draw_layers(7, [form])
    expected = terms_of_layers([pull], known, 2)
    monkeypatch.setattr(layers_of, "MAX_FORMED", 2 * whole[:, 0].numel())
    assert max(delta.shape[1] for _, delta in pull.formed()) == 2
    for one, other in zip(terms_of_layers([pull], known, 2), expected, strict=True):
        torch.testing.assert_close(one, other)


def test_patches_of_images_are_cut_where_they_are_needed():
    generator = torch.Generator().manual_seed(4)
    deltas = torch.randn(2, 6, 7, 3, generator=generator)
    series = torch.randn(6, 9, generator=generator)
    cut = Sites(deltas, series, lambda part: part.unfold(1, 3, 1))
    known = torch.ones(6, 2, dtype=torch.bool)
    for one, other in zip(
        terms_of_layers([cut], known, 3),
        terms_of_layers([Sites(deltas, series.unfold(1, 3, 1))], known, 3),
        strict=True,
    ):
        torch.testing.assert_close(one, other)
