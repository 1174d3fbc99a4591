"""Nothing that was hidden can be worked out: an independent reader tries, by integer programming."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp

from core.report.suppression import LARGEST_SMALL, State, is_small, suppress, tell

tables = st.integers(1, 3).flatmap(
    lambda rows: st.integers(1, 3).flatmap(
        lambda columns: st.lists(
            st.lists(
                st.one_of(st.integers(0, 12), st.integers(0, 60), st.integers(100, 2000)),
                min_size=columns,
                max_size=columns,
            ),
            min_size=rows,
            max_size=rows,
        )
    )
)


def reader(margins, hidden_from):
    """The constraints of somebody who knows the totals, what is shown, and the rule."""
    shape = margins.values.shape
    low, high = np.zeros(shape), np.full(shape, 1e6)
    shown = margins.states == State.SHOWN
    low[shown] = high[shown] = margins.values[shown]
    small = margins.states == State.SMALL
    low[small], high[small] = 1, LARGEST_SMALL
    low[margins.states == State.HIDDEN] = hidden_from
    sums = []
    for row in range(shape[0]):
        line = np.zeros(shape)
        line[row] = [1.0] * (shape[1] - 1) + [-1.0]
        sums.append(line.ravel())
    for column in range(shape[1]):
        line = np.zeros(shape)
        line[:, column] = [1.0] * (shape[0] - 1) + [-1.0]
        sums.append(line.ravel())
    return np.array(sums), low.ravel(), high.ravel()


def bounds_of(margins, row, column, hidden_from):
    sums, low, high = reader(margins, hidden_from)
    aim = np.zeros(margins.values.shape)
    aim[row, column] = 1
    found = []
    for sign in (1, -1):
        answer = milp(
            sign * aim.ravel(),
            constraints=LinearConstraint(sums, 0, 0),
            bounds=(low, high),
            integrality=np.ones(aim.size),
        )
        assert answer.success
        found.append(round(sign * answer.fun))
    return tuple(found)


@settings(deadline=None, max_examples=150)
@given(tables)
def test_a_small_cell_may_be_any_of_one_to_ten_for_whoever_reads_the_table(cells):
    margins = suppress(np.array(cells))
    only_totals = (margins.states[:-1, :-1] == State.HIDDEN).all()
    for row, column in np.argwhere(margins.states == State.SMALL):
        if (row, column) == tuple(np.array(margins.values.shape) - 1):
            continue  # a grand total up to 10 stands for itself
        assert bounds_of(margins, row, column, hidden_from=0 if only_totals else 11) == (
            1,
            LARGEST_SMALL,
        )


@settings(deadline=None, max_examples=150)
@given(tables)
def test_no_cell_from_one_to_ten_is_ever_shown_or_follows_from_others(cells):
    margins = suppress(np.array(cells))
    small = is_small(margins.values)
    assert not (small & (margins.states == State.SHOWN)).any()
    for row, column in np.argwhere(small):
        low, high = bounds_of(margins, row, column, hidden_from=0)
        assert low < high


def test_a_table_without_small_cells_is_shown_whole():
    margins = suppress(np.array([[20, 0, 300], [15, 40, 0]]))
    assert (margins.states == State.SHOWN).all()
    assert margins.values[-1, -1] == 375


def test_a_single_small_cell_hides_three_others_and_no_total():
    margins = suppress(np.array([[40, 7, 20], [900, 300, 300]]))
    assert margins.told(0, 1) == "≤ 10"
    assert (margins.states == State.HIDDEN).sum() == 3
    assert (margins.states[-1] == State.SHOWN).all()
    assert margins.told(0, 3) == 67


def test_a_rare_event_leaves_only_totals():
    margins = suppress(np.array([[5, 0, 3], [600, 200, 200]]))
    assert (margins.states[:2, :3] == State.HIDDEN).all()
    assert [margins.told(row, 3) for row in range(2)] == ["≤ 10", None]
    assert [margins.told(2, column) for column in range(4)] == [605, 200, 203, 1008]


@pytest.mark.parametrize(("count", "told"), [(0, 0), (1, "≤ 10"), (10, "≤ 10"), (11, 11)])
def test_a_count_on_its_own(count, told):
    assert tell(count) == told
