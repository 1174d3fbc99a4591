"""Displacements of different samples, layer by layer, against the written-out ones."""

import numpy as np
import pytest
import torch

from core.landscape.layers import crossed as crossed_layers
from core.landscape.layers.crossed import Formed, Outer, gather_layers
from core.landscape.layers.pull import Factors, Sites, Whole

STEP = 4


def draw_batches(n_outputs, n_inputs, sizes=(4, 4), seed=0):
    """Pulls of one task for a few samples at a time, and their displacements layer by layer."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape):
        return torch.randn(*shape, generator=generator) * (
            torch.rand(*shape, generator=generator) < 0.7
        )

    batches = [
        (
            Factors(normal(1, n, 4), normal(n, 6)),
            Sites(normal(1, n, 7, n_outputs), normal(n, 7, n_inputs)),
            Whole(normal(1, n, 1, 5)),
        )
        for n in sizes
    ]
    wholes = []
    for layer in zip(*batches, strict=True):
        parts = [torch.cat([delta[0] for _, delta in pull.formed()]) for pull in layer]
        wholes.append(torch.cat(parts).flatten(1).double())
    return batches, wholes


def taking(batches):
    """Batch after batch, by where it starts."""
    return lambda start, stop: batches[start // STEP]


def test_layers_of_all_samples_are_the_written_out_ones():
    batches, wholes = draw_batches(3, 4)
    layers = gather_layers(taking(batches), 8, STEP)
    assert [type(layer) for layer in layers] == [Outer, Formed, Formed]
    assert not any(layer.is_estimate for layer in layers)
    for layer, whole in zip(layers, wholes, strict=True):
        apart = (whole[:, None] - whole[None]).abs().sum(2)
        sign = whole.sign()
        expected = (whole @ whole.T, sign @ sign.T, sign.abs() @ sign.abs().T)
        np.testing.assert_allclose(layer.distances(lambda share: None), apart, rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(layer.lengths(), whole.abs().sum(1), rtol=1e-5)
        for found, want in zip(layer.products(), expected, strict=True):
            np.testing.assert_allclose(found, want, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_layer_too_large_is_estimated_to_a_few_percent(seed, monkeypatch):
    batches, wholes = draw_batches(200, 150, seed=seed)
    monkeypatch.setattr(crossed_layers, "MAX_KEPT", 1)
    layers = gather_layers(taking(batches), 8, STEP)
    assert [layer.is_estimate for layer in layers] == [False, True, False]
    assert layers[1].delta.shape == (8, 4096)
    whole = wholes[1]
    apart = np.asarray((whole[:, None] - whole[None]).abs().sum(2))
    found = layers[1].distances(lambda share: None)
    off = ~np.eye(8, dtype=bool)
    assert np.abs(found / np.where(off, apart, 1.0) - 1)[off].max() < 0.05
    np.testing.assert_allclose(layers[1].lengths(), whole.abs().sum(1), rtol=0.05)
