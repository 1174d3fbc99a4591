"""One map over another: turned, mirrored, scaled and moved, never bent."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import procrustes

from core.projection import align_map


def cloud(seed=0, n=40):
    return np.random.default_rng(seed).standard_normal((n, 2)) * [3, 1] + [5, -2]


@given(st.floats(0, 6.3), st.floats(0.01, 100), st.booleans())
def test_a_map_that_was_only_moved_is_laid_back_exactly(angle, size, is_mirrored):
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = size * cloud() @ turn @ np.diag([1, -1 if is_mirrored else 1]) + [100, 7]
    found = align_map(moved, cloud())
    np.testing.assert_allclose(found.xy, cloud(), atol=1e-8)
    assert found.alike == pytest.approx(1)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_alike_agrees_with_scipy(seed):
    one, other = cloud(seed), cloud(seed) + np.random.default_rng(9).standard_normal((40, 2))
    found = align_map(one, other)
    assert found.alike == pytest.approx(1 - procrustes(other, one)[2])
    rest = ((found.xy - other) ** 2).sum() / ((other - other.mean(axis=0)) ** 2).sum()
    assert found.alike == pytest.approx(1 - rest)


def test_unrelated_maps_have_little_in_common_and_a_single_place_nothing():
    assert align_map(cloud(1, 2000), cloud(2, 2000)).alike < 0.1
    assert align_map(np.ones((5, 2)), cloud(n=5)).alike == 0
    assert align_map(np.ones((5, 2)), np.zeros((5, 2))).alike == 1
