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
    assert_inert_option,
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


def series_named(chart, name):
    return [series for series in chart.figure["series"] if series["name"] == name]


@pytest.mark.parametrize("dark", [False, True])
def test_curves_hold_the_scores(dark):
    chart = draw_selection_curves(ladder(), "full", 3, dark=dark)
    lines = series_named(chart, "full")
    assert [line["xAxisIndex"] for line in lines] == [0, 1, 2]
    assert [[point[0] for point in line["data"]] for line in lines] == [[1, 2, 3, 4, 5]] * 3
    assert [point[1] for point in lines[0]["data"]] == [100.0 * n for n in range(1, 6)]
    assert lines[1]["data"][0][1] is None  # the silhouette of one group is not defined
    assert "3 components" in chart.alt
    assert_inert_option(chart.figure)


def test_the_current_choice_is_marked_in_each_panel():
    marks = series_named(draw_selection_curves(ladder(), "diag", 4), "current choice")
    found = [(mark["xAxisIndex"], *mark["data"][0][:2]) for mark in marks]
    assert found == [(0, 4, 400.0), (1, 4, 0.4), (2, 4, 0.8)]


def test_a_choice_that_was_not_fitted_is_not_marked():
    assert not series_named(draw_selection_curves(ladder(), "diag", 99), "current choice")


def test_only_the_chosen_line_is_stressed():
    for own, other in (("diag", "full"), ("full", "diag")):
        chart = draw_selection_curves(ladder(), own, 3)
        thick, thin = (series_named(chart, name)[0]["lineStyle"]["width"] for name in (own, other))
        assert thick > thin


def test_a_method_of_one_size_makes_no_line():
    alone = grouping_of(12, n_components=12, covariance="", method="alone")
    assert not series_named(draw_selection_curves([*ladder(), alone], "diag", 3), "alone")


def shares(chart):
    """What each bar draws: name of its group → percent of every row."""
    table = chart.figure["dataset"]["source"]
    return {bar["name"]: table[bar["encode"]["x"]] for bar in chart.figure["series"]}


@pytest.mark.parametrize("n_tasks", SIZES)
@pytest.mark.parametrize("dark", [False, True])
def test_bars_add_up_to_every_membership(n_tasks, dark):
    grouping = grouping_of(n_tasks)
    chart = draw_memberships(grouping, grouping.labels, names_of(n_tasks), dark=dark)
    total = sum(np.nan_to_num(share) for share in shares(chart).values())
    np.testing.assert_allclose(total, 100.0, atol=2)
    assert list(chart.figure["dataset"]["source"]["y"]) == list(range(min(n_tasks, 60)))
    assert_inert_option(chart.figure)


def test_of_many_tasks_the_least_clear_are_drawn():
    grouping = grouping_of(300)
    chart = draw_memberships(grouping, grouping.labels, names_of(300))
    clearest = np.sort(grouping.membership.max(axis=1))
    lowest = np.nanmax([share.to_numpy() for share in shares(chart).values()], axis=0)
    np.testing.assert_allclose(np.sort(lowest), 100 * clearest[:60])
    assert "the 60 least clear of 300" in chart.figure["title"]["text"]


def test_bars_take_the_numbers_they_are_handed():
    grouping = grouping_of(6)
    swapped = (grouping.labels + 1) % 3
    found = shares(draw_memberships(grouping, swapped, names_of(6)))
    assert set(found) == {"Group A", "Group B", "Group C"}
    own = grouping.membership[grouping.labels == 0, 0]
    assert found["Group B"].max() == pytest.approx(100 * own.max())


def test_a_share_too_small_to_see_is_no_bar():
    membership = np.array([[0.999, 0.001], [0.6, 0.4]])
    grouping = grouping_of(2, n_components=2, membership=membership, labels=np.array([0, 1]))
    found = shares(draw_memberships(grouping, grouping.labels, names_of(2)))
    assert found["Group B"].isna().tolist() == [True, False]


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
    sizes = range(1, min(6, n_tasks + 1))
    steps = [grouping_of(n_tasks, n_components=n).labels for n in sizes]
    chart = draw_members_flow(steps, names_of(n_tasks), dark=dark)
    assert sum(chart.figure.data[0].link.value) == n_tasks * (len(steps) - 1)
    assert_inert_figure(chart.figure)


def test_moves_are_the_contingency_of_two_groupings():
    before, after = (grouping_of(6, n_components=n).labels for n in (2, 3))
    assert moves(before, after) == {
        (0, 0): [0],
        (1, 1): [1],
        (0, 2): [2],
        (1, 0): [3],
        (0, 1): [4],
        (1, 2): [5],
    }
