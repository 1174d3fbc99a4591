"""Heatmaps hold the very numbers of the value, in the order asked for."""

import dataclasses

import numpy as np
import pytest

from dashboard.charts.cells import cell_at
from dashboard.charts.co_assignment import draw_co_assignment
from dashboard.charts.heatmap import SOURCE_TARGET, draw_affinity, off_diagonal_span
from dashboard.charts.measure import unit_of
from dashboard.theme import CIVIDIS, DIVERGING
from tests.dashboard.charts.values import (
    SIZES,
    affinity_of,
    assert_inert_option,
    grouping_of,
    labels_of,
    names_of,
    order_of,
)


def drawn(chart):
    return chart.figure["dataset"][0]["source"]


@pytest.mark.parametrize("n_tasks", SIZES)
@pytest.mark.parametrize("dark", [False, True])
def test_cells_are_the_values_in_order(n_tasks, dark):
    affinity, order = affinity_of(n_tasks), order_of(n_tasks)
    chart = draw_affinity(affinity, order, labels_of(n_tasks), dark=dark)
    values = drawn(chart)["value"].to_numpy().reshape(n_tasks, n_tasks)
    np.testing.assert_array_equal(values, affinity.values[np.ix_(order, order)])
    assert_inert_option(chart.figure)
    assert chart.height > 200


@pytest.mark.parametrize("n_tasks", [2, 7])
def test_a_clicked_cell_names_its_tasks(n_tasks):
    affinity, order = affinity_of(n_tasks), order_of(n_tasks)
    frame = drawn(draw_affinity(affinity, order, labels_of(n_tasks)))
    for index, value in enumerate(frame["value"]):
        source, target = cell_at(index, order)
        np.testing.assert_equal(value, affinity.values[source, target])
    assert cell_at(n_tasks**2, order) is None


def test_pairs_without_shared_samples_are_cells_of_their_own():
    affinity = affinity_of(5)
    option = draw_affinity(affinity, order_of(5), labels_of(5)).figure
    missing = option["dataset"][1]["source"]
    assert len(missing) == 2
    assert set(missing["row"]) == {names_of(5)[0], names_of(5)[2]}
    assert set(missing["why"]) == {"no shared samples"}
    assert "{@why}" in option["series"][1]["tooltip"]["formatter"]


def test_all_pairs_missing_still_draws():
    affinity = affinity_of(3, missing=False)
    empty = np.where(np.eye(3, dtype=bool), 0.0, np.nan)
    bare = type(affinity)(
        affinity.task_names, "sca", True, empty, empty, empty, empty, affinity.replicates
    )
    chart = draw_affinity(bare, order_of(3), labels_of(3))
    assert "no two of them are known" in chart.alt
    assert off_diagonal_span(empty) == (0.0, 1.0)


def test_names_in_cells_stay_apart_when_cleaning_makes_them_equal():
    affinity = affinity_of(2)
    twins = type(affinity)(
        ("a\n", "a"),
        *(
            getattr(affinity, field)
            for field in ("measure", "is_distance", "values", "low", "high", "similarity")
        ),
        affinity.replicates,
    )
    frame = drawn(draw_affinity(twins, [0, 1], labels_of(2)))
    assert len(set(frame["row"])) == 2


def test_bright_means_alike_for_a_distance_and_a_similarity():
    ramps = [
        draw_affinity(affinity_of(4, is_distance=kind), order_of(4), labels_of(4)).figure[
            "visualMap"
        ][0]["inRange"]["color"]
        for kind in (True, False)
    ]
    assert ramps[0] == ramps[1][::-1]


def signed_affinity(n_tasks, **changes):
    """Values on both sides of 0, further below than above."""
    affinity = affinity_of(n_tasks, is_distance=False, missing=False)
    fields = {name: getattr(affinity, name) for name in ("task_names", "low", "high", "similarity")}
    values = affinity.similarity - 0.8
    rest = {"is_distance": False, "values": values, "replicates": affinity.replicates}
    return type(affinity)(**(fields | rest | {"measure": "cosine"} | changes))


@pytest.mark.parametrize(("measure", "says"), [("cosine", "opposed"), ("tag", "blue harms")])
def test_a_signed_measure_has_two_colours_that_meet_at_0(measure, says):
    chart = draw_affinity(signed_affinity(5, measure=measure), order_of(5), labels_of(5))
    colours = chart.figure["visualMap"][0]
    assert colours["min"] == -colours["max"] < 0
    assert tuple(colours["inRange"]["color"]) == DIVERGING
    assert says in chart.figure["title"]["text"]


def test_a_measure_without_a_pair_below_0_keeps_one_ramp():
    for affinity in (affinity_of(5), affinity_of(5, is_distance=False)):
        colours = draw_affinity(affinity, order_of(5), labels_of(5)).figure["visualMap"][0]
        assert sorted(colours["inRange"]["color"]) == sorted(CIVIDIS)
    distance = signed_affinity(5, is_distance=True, measure="sca")  # an estimate may fall below 0
    colours = draw_affinity(distance, order_of(5), labels_of(5)).figure["visualMap"][0]
    assert tuple(colours["inRange"]["color"]) == CIVIDIS[::-1]


def test_similarity_is_drawn_between_0_and_1():
    affinity = affinity_of(6)
    chart = draw_affinity(affinity, order_of(6), labels_of(6), similarity=True)
    colours = chart.figure["visualMap"][0]
    assert (colours["min"], colours["max"]) == (0.0, 1.0)
    order = order_of(6)
    np.testing.assert_array_equal(
        drawn(chart)["value"].to_numpy().reshape(6, 6), affinity.similarity[np.ix_(order, order)]
    )


def test_the_closest_pair_is_in_the_words():
    affinity = affinity_of(6)
    off = np.where(np.eye(6, dtype=bool), np.nan, affinity.values)
    source, _ = np.unravel_index(np.nanargmin(off), off.shape)
    assert f"{np.nanmin(off):.2f}"[:3] in draw_affinity(affinity, order_of(6), labels_of(6)).alt
    assert (
        affinity.task_names[source].strip()[:4]
        in draw_affinity(affinity, order_of(6), labels_of(6)).alt
    )


def test_a_gap_stands_before_every_group_but_the_first():
    bars = [
        series
        for series in draw_affinity(affinity_of(9), order_of(9), labels_of(9)).figure["series"]
        if series["type"] == "bar" and series["data"]
    ]
    assert [place for place, _ in bars[0]["data"]] == [3, 6]


@pytest.mark.parametrize("n_tasks", SIZES)
def test_co_assignment_cells_are_the_shares(n_tasks):
    grouping, order = grouping_of(n_tasks), order_of(n_tasks)
    chart = draw_co_assignment(grouping, grouping.labels, names_of(n_tasks), order)
    values = drawn(chart)["value"].to_numpy().reshape(n_tasks, n_tasks)
    np.testing.assert_array_equal(values, grouping.co_assignment[np.ix_(order, order)])
    assert_inert_option(chart.figure)
    assert "80 %" in chart.alt


def test_a_cell_says_a_similarity_once():
    distance, alike = affinity_of(5), affinity_of(5, is_distance=False)
    alike = dataclasses.replace(alike, values=alike.similarity)
    said = [
        draw_affinity(one, order_of(5), labels_of(5)).figure["series"][0]["tooltip"]["formatter"]
        for one in (distance, alike)
    ]
    assert [text.count("similarity {") for text in said] == [1, 1]
    assert "distance" in said[0]
    assert not said[1].endswith("<br/>")


def test_where_directions_differ_rows_say_source_and_columns_target():
    plain, turned = affinity_of(5, is_distance=False), affinity_of(5, is_distance=False)
    skew = np.arange(25.0).reshape(5, 5)
    turned = dataclasses.replace(turned, measure="tag", values=turned.values + skew)
    for affinity, axes, joint in ((plain, (None, None), "·"), (turned, SOURCE_TARGET, "→")):
        chart = draw_affinity(affinity, order_of(5), labels_of(5))
        option = chart.figure
        assert (option["yAxis"][0].get("name"), option["xAxis"][0].get("name")) == axes
        assert f"</b> {joint} <b>" in option["series"][0]["tooltip"]["formatter"]
        assert ("rows are sources" in chart.alt) == affinity.is_directed
        both = draw_affinity(affinity, order_of(5), labels_of(5), similarity=True)
        assert "name" not in both.figure["yAxis"][0]
    assert unit_of(turned) == "gain"
    order = order_of(5)
    np.testing.assert_array_equal(
        drawn(draw_affinity(turned, order, labels_of(5)))["value"].to_numpy().reshape(5, 5),
        turned.values[np.ix_(order, order)],
    )


def test_one_pair_alone_is_measured_from_zero():
    values = np.array([[0.0, 0.4], [0.4, 0.0]])
    assert off_diagonal_span(values) == (0.0, 0.4)
    assert off_diagonal_span(np.zeros((2, 2))) == (-0.5, 0.5)
