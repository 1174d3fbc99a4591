"""The sort-based L1 distance of two rank-one gradients is the plain one, zeros included."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.landscape.layers.rank_one import l1_between


def brute(u, v, s, t):
    apart = u[:, :, None] * v[:, None, :] - s[:, :, None] * t[:, None, :]
    return apart.abs().sum((1, 2))


def draw(n, m, k, zeros, seed, spread=1.0):
    generator = torch.Generator().manual_seed(seed)
    parts = [torch.randn(n, size, generator=generator, dtype=torch.float64) for size in (m, k)] * 2
    parts = [part * torch.exp(spread * torch.randn_like(part)) for part in map(torch.clone, parts)]
    for part in parts:
        part[torch.rand(part.shape, generator=generator) < zeros] = 0.0
    parts[2] = parts[2].roll(1, 0)
    return parts


@pytest.mark.parametrize("zeros", [0.0, 0.3, 0.9, 1.0])
@pytest.mark.parametrize(("m", "k"), [(1, 1), (3, 7), (24, 9), (64, 64)])
@pytest.mark.parametrize("spread", [0.0, 6.0])
def test_sorting_equals_the_sum_over_all_entries(m, k, zeros, spread):
    u, v, s, t = draw(20, m, k, zeros, seed=m * k, spread=spread)
    expected = brute(u, v, s, t)
    found = l1_between(u, v, s, t)
    scale = (u.abs().sum(1) * v.abs().sum(1) + s.abs().sum(1) * t.abs().sum(1)).clamp_min(1e-300)
    assert ((found - expected).abs() / scale).max() < 1e-12


@settings(deadline=None)
@given(st.lists(st.sampled_from([-2.0, -1.0, 0.0, 0.5, 1.0]), min_size=10, max_size=10))
def test_ties_and_zeros_are_exact(numbers):
    values = torch.tensor(numbers, dtype=torch.float64)[None]
    u, v, s, t = values[:, :2], values[:, 2:5], values[:, 5:7], values[:, 7:]
    torch.testing.assert_close(l1_between(u, v, s, t), brute(u, v, s, t), rtol=1e-12, atol=1e-12)


def test_it_is_0_for_the_same_gradient_in_other_factors():
    u, v, _, _ = draw(5, 8, 6, 0.2, seed=1)
    assert l1_between(u, v, -2 * u, -v / 2).abs().max() < 1e-12
    torch.testing.assert_close(l1_between(u, v, u * 0, v), u.abs().sum(1) * v.abs().sum(1))
