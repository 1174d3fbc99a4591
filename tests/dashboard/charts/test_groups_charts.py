"""Curves, bars, flow and intervals show the numbers of their values."""

import numpy as np
import pytest

from dashboard.charts.affinity_row import draw_affinity_row, nearest
from dashboard.charts.members_flow import draw_members_flow, moves
from dashboard.charts.membership_bars import draw_memberships
from dashboard.charts.selection_curves import draw_selection_curves
from tests.dashboard.charts.values import (
    SIZES,
    affinity_of,
    assert_inert_figure,
    grouping_of,
    labels_of,
    names_of,
)


def ladder(n_tasks=12):
    return [
        grouping_of(n_tasks, n_components=n, covariance=kind)
        for kind in ("diag", "full")
        for n in range(1, 6)
    ]


@pytest.mark.parametrize("dark", [False, True])
def test_curves_hold_the_scores(dark):
    chart = draw_selection_curves(ladder(), "full", 3, dark=dark)
    lines = [t for t in chart.figure.data if t.name == "full"]
    assert [len(line.x) for line in lines] == [5, 5, 5]
    assert list(lines[0].y) == [100.0 * n for n in range(1, 6)]
    assert lines[1].y[0] is None  # the silhouette of one group is not defined
    assert "3 components" in chart.alt
    assert chart.figure.to_json()


def test_the_current_choice_is_marked_in_each_panel():
    figure = draw_selection_curves(ladder(), "diag", 4).figure
    marks = [trace for trace in figure.data if trace.name == "current choice"]
    assert [(mark.x[0], mark.y[0]) for mark in marks] == [(4, 400.0), (4, 0.4), (4, 0.8)]


def test_a_choice_that_was_not_fitted_is_not_marked():
    figure = draw_selection_curves(ladder(), "diag", 99).figure
    assert not [trace for trace in figure.data if trace.name == "current choice"]


def test_a_method_of_one_size_makes_no_line():
    alone = grouping_of(12, n_components=12, covariance="", method="alone")
    figure = draw_selection_curves([*ladder(), alone], "diag", 3).figure
    assert "alone" not in {trace.name for trace in figure.data}


@pytest.mark.parametrize("n_tasks", SIZES)
@pytest.mark.parametrize("dark", [False, True])
def test_bars_add_up_to_every_membership(n_tasks, dark):
    grouping = grouping_of(n_tasks)
    chart = draw_memberships(grouping, grouping.labels, names_of(n_tasks), dark=dark)
    total = np.zeros(n_tasks)
    for bar in chart.figure.data:
        total[np.asarray(bar.y, dtype=int)] += np.asarray(bar.x, dtype=float)
    np.testing.assert_allclose(total, 1.0, atol=0.02)
    assert_inert_figure(chart.figure)


def test_bars_take_the_numbers_they_are_handed():
    grouping = grouping_of(6)
    swapped = (grouping.labels + 1) % 3
    chart = draw_memberships(grouping, swapped, names_of(6))
    widest = {bar.name: np.max(bar.x) for bar in chart.figure.data}
    assert set(widest) == {"Group A", "Group B", "Group C"}
    first = next(bar for bar in chart.figure.data if bar.name == "Group B")
    own = grouping.membership[grouping.labels == 0, 0]
    assert np.max(first.x) == pytest.approx(own.max())


def test_tasks_between_groups_are_named():
    membership = np.array([[0.5, 0.5], [0.95, 0.05], [0.02, 0.98]])
    grouping = grouping_of(3, n_components=2, membership=membership, labels=np.array([0, 0, 1]))
    assert names_of(3)[0] in draw_memberships(grouping, grouping.labels, names_of(3)).alt


@pytest.mark.parametrize("n_tasks", SIZES)
@pytest.mark.parametrize("dark", [False, True])
def test_intervals_hold_the_bounds(n_tasks, dark):
    affinity = affinity_of(n_tasks)
    chart = draw_affinity_row(affinity, 0, labels_of(n_tasks), dark=dark)
    points = {
        (float(x), float(x - less), float(x + more))
        for trace in chart.figure.data
        for x, less, more in zip(
            trace.x, trace.error_x.arrayminus, trace.error_x.array, strict=True
        )
    }
    expected = [(affinity.values[0, o], 0.05, 0.07) for o in nearest(affinity, 0)[:40]]
    assert len(points) == len(expected)
    np.testing.assert_allclose(
        sorted(points), sorted((v, v - low, v + high) for v, low, high in expected)
    )
    assert_inert_figure(chart.figure)


def test_nearest_leaves_out_itself_and_pairs_without_samples():
    affinity = affinity_of(6)
    found = nearest(affinity, 0)
    assert 0 not in found
    assert 2 not in found
    assert np.all(np.diff(affinity.values[0, found]) >= 0)


@pytest.mark.parametrize("n_tasks", SIZES)
@pytest.mark.parametrize("dark", [False, True])
def test_flow_moves_every_task_once_a_step(n_tasks, dark):
    steps = [grouping_of(n_tasks, n_components=n) for n in range(1, min(6, n_tasks + 1))]
    chart = draw_members_flow(steps, names_of(n_tasks), dark=dark)
    assert sum(chart.figure.data[0].link.value) == n_tasks * (len(steps) - 1)
    assert_inert_figure(chart.figure)


def test_moves_are_the_contingency_of_two_groupings():
    before, after = grouping_of(6, n_components=2), grouping_of(6, n_components=3)
    assert moves(before, after) == {
        (0, 0): [0],
        (1, 1): [1],
        (0, 2): [2],
        (1, 0): [3],
        (0, 1): [4],
        (1, 2): [5],
    }
