"""Colours of points, outlines and the plain scatter."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.values import Points
from dashboard.charts.landscape_points import MOST_POINTS, brushed, draw_points
from dashboard.charts.legend import MOST_ENTRIES, Legend, group_legend, name_legend, scale_legend
from dashboard.charts.point_colours import PointColours, colour_points
from dashboard.charts.polygon import inside
from dashboard.selection import Part, SampleSelection
from dashboard.shown import shown_colour
from dashboard.view_state import ViewState
from tests.dashboard.charts.values import HOSTILE, assert_inert_option


def points_of(task, label, loss):
    count = len(task)
    return Points(np.zeros((count, 2)), np.arange(count), task, label, loss, count)


def winding(point, polygon):
    """An independent oracle: the winding number by angles."""
    rays = np.asarray(polygon) - point
    turns = np.angle((np.roll(rays, -1, 0) @ [1, 1j]) / (rays @ [1, 1j]))
    return round(turns.sum() / (2 * np.pi)) != 0


@settings(deadline=None)  # the first example loads what the others find
@given(arrays(float, (20, 2), elements=st.floats(-2, 2, width=32)))
def test_inside_agrees_with_the_winding_number(xy):
    polygon = ((-1.03, -1.01), (1.07, -0.93), (0.21, 0.13), (1.01, 1.11), (-0.97, 0.89))
    assert inside(xy, polygon).tolist() == [winding(point, polygon) for point in xy]


def test_a_million_points_are_found_quickly_and_exactly():
    xy = np.random.default_rng(0).uniform(-1, 1, (1_000_000, 2)).astype(np.float32)
    box = ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5))
    assert inside(xy, box).sum() == (np.abs(xy) < 0.5).all(axis=1).sum()


def test_scale_goes_from_low_to_high_and_keeps_missing_apart():
    values = np.array([0.0, 0.5, 1.0, np.nan])
    index, legend = scale_legend("loss", values)
    assert index[0] == 0
    assert index[0] < index[1] < index[2] < index[3]
    assert legend.entries[index[3]].name == "missing"
    assert legend.continuous


@pytest.mark.parametrize("values", [np.full(5, np.nan), np.full(5, 3.0), np.zeros(0)])
def test_scale_of_nothing_or_one_value_draws(values):
    index, legend = scale_legend("loss", values)
    assert index.max(initial=0) < len(legend.entries)


def test_a_legend_fits_in_one_byte():
    with pytest.raises(ValueError, match="256"):
        Legend("task", tuple(name_legend("t", ["a"]).entries * (MOST_ENTRIES + 1)))


def test_more_tasks_than_colours_share_the_last():
    names = tuple(f"y_{task}" for task in range(300))
    colours = colour_points(
        points_of(np.arange(300), np.zeros(300), np.zeros(300)),
        np.arange(300),
        np.zeros(300, dtype=int),
        names,
        "task",
    )
    assert colours.index.max() == MOST_ENTRIES - 1
    assert colours.legend.entries[-1].name == "45 other tasks"
    assert colours.legend.entries[254].name == "y_254"


def test_labels_are_scaled_within_their_task():
    points = points_of(np.array([0, 0, 1, 1]), np.array([0.0, 1.0, 50.0, 900.0]), np.zeros(4))
    colours = colour_points(points, np.arange(4), np.zeros(2, dtype=int), ("a", "b"), "label")
    assert colours.index[0] == colours.index[2]
    assert colours.index[1] == colours.index[3]


def test_unknown_colouring_lists_the_known_ones():
    points = points_of(np.zeros(1, dtype=int), np.zeros(1), np.zeros(1))
    with pytest.raises(ValueError, match="task, group, label, loss, selection"):
        colour_points(points, np.arange(1), np.zeros(1, dtype=int), ("a",), "mood")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("count", [3, 50_000])
def test_the_plain_scatter_thins_and_says_so(dark, count):
    xy = np.random.default_rng(0).normal(size=(count, 2))
    index = (np.arange(count) % 3).astype(np.uint8)
    chart = draw_points(xy, PointColours(index, group_legend(3)), dark=dark)
    drawn = sum(len(series["data"]) for series in chart.figure["series"])
    assert drawn == min(count, MOST_POINTS)
    assert ("20,000 of 50,000" in chart.figure["title"]["text"]) == (count > MOST_POINTS)


def test_the_plain_scatter_keeps_back_what_no_outline_selects():
    xy = np.array([[0.0, 0.0], [1.0, 1.0], [1.1, 1.1], [5.0, 5.0]])
    around = Part(((-1.0, -1.0), (3.0, -1.0), (3.0, 3.0), (-1.0, 3.0)))
    hole = Part(((0.9, 0.9), (1.2, 0.9), (1.2, 1.2), (0.9, 1.2)), takes_away=True)
    colours = PointColours(np.zeros(4, dtype=np.uint8), group_legend(1))
    drawn = SampleSelection("pca", (around, hole))
    series = draw_points(xy, colours, drawn=drawn).figure["series"]
    clear = {
        tuple(p)
        for one in series
        if one["type"] == "scatter" and one["itemStyle"]["opacity"] > 0.5
        for p in one["data"]
    }
    assert clear == {(0.0, 0.0)}
    lines = [one["lineStyle"]["type"] for one in series if one["type"] == "line"]
    assert lines == ["dashed", "dotted"]


def test_hostile_names_stay_text_in_the_scatter():
    colours = PointColours(np.arange(4, dtype=np.uint8), name_legend("task", HOSTILE))
    assert_inert_option(draw_points(np.zeros((4, 2)), colours).figure)


def test_a_brush_becomes_an_outline():
    box = [{"brush_type": "rect", "coord_range": [[0, 2], [10, 20]]}]
    assert brushed(box) == (Part(((0, 10), (2, 10), (2, 20), (0, 20))),)
    lasso = [{"brush_type": "polygon", "coord_range": [[0, 0], [1, 0], [1, 1]]}]
    assert brushed(box + lasso)[1:] == (Part(((0, 0), (1, 0), (1, 1))),)
    assert brushed([]) == ()


@pytest.mark.parametrize(("n_tasks", "expected"), [(12, "task"), (24, "task"), (25, "group")])
def test_points_begin_with_colours_that_can_be_told_apart(n_tasks, expected):
    task = np.arange(n_tasks)
    points = points_of(task, np.zeros(n_tasks), np.zeros(n_tasks))
    assert shown_colour(points, ViewState(), None) == expected
    assert shown_colour(points, ViewState(colour_by="task"), None) == "task"
    assert shown_colour(points, ViewState(colour_by="column"), None) == expected
