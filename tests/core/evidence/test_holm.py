"""Holm's adjustment against its definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evidence.holm import adjust


def test_a_worked_example():
    np.testing.assert_allclose(adjust(np.array([0.01, 0.04, 0.03])), [0.03, 0.06, 0.06])


def test_nan_stays_and_is_not_counted():
    found = adjust(np.array([0.01, np.nan, 0.02]))
    assert np.isnan(found[1])
    np.testing.assert_allclose(found[[0, 2]], [0.02, 0.02])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_adjusted_values_keep_the_order_and_never_shrink(values):
    p = np.array(values)
    adjusted = adjust(p)
    assert (adjusted >= p).all()
    assert (adjusted <= 1).all()
    order = np.argsort(p, kind="stable")
    assert (np.diff(adjusted[order]) >= 0).all()
    assert adjusted[order[0]] == pytest.approx(min(1, p.min() * len(p)))
