"""The graph draws every edge once, where the layout says."""

import dataclasses

import numpy as np
import pytest

from dashboard.charts.task_graph import draw_task_graph, drawn_edges, spread
from tests.dashboard.charts.values import SIZES, assert_inert_option, graph_of, labels_of, names_of


def layout_of(n_tasks):
    angle = np.linspace(0, 2 * np.pi, n_tasks, endpoint=False)
    return {
        name: (float(np.cos(a)), float(np.sin(a)))
        for name, a in zip(names_of(n_tasks), angle, strict=True)
    }


def draw(n_tasks, **options):
    return draw_task_graph(graph_of(n_tasks), labels_of(n_tasks), layout_of(n_tasks), **options)


@pytest.mark.parametrize("n_tasks", SIZES)
@pytest.mark.parametrize("dark", [False, True])
def test_nodes_and_links_are_the_graph(n_tasks, dark):
    graph, chart = graph_of(n_tasks), draw(n_tasks, dark=dark)
    series = chart.figure["series"][0]
    links = [(int(e["source"]), int(e["target"]), e["value"]) for e in series["links"]]
    assert links == [(s, t, round(w, 4)) for s, t, w in graph.edges()]
    assert len(series["data"]) == n_tasks
    assert_inert_option(chart.figure)


def test_hiding_edges_moves_no_node():
    every, few = draw(8), draw(8, minimum=0.5)
    nodes = [[(n["x"], n["y"]) for n in c.figure["series"][0]["data"]] for c in (every, few)]
    assert nodes[0] == nodes[1]
    assert len(few.figure["series"][0]["links"]) < len(every.figure["series"][0]["links"])


def test_many_lines_are_thin_and_faint_so_that_they_do_not_fill_the_picture():
    widest, boldest = {}, {}
    for n_tasks in (20, 300):
        graph = graph_of(n_tasks)
        full = dataclasses.replace(graph, adjacent=~np.eye(n_tasks, dtype=bool))
        chart = draw_task_graph(full, labels_of(n_tasks), layout_of(n_tasks))
        styles = [link["lineStyle"] for link in chart.figure["series"][0]["links"]]
        widest[n_tasks] = max(style["width"] for style in styles)
        boldest[n_tasks] = max(style["opacity"] for style in styles)
    assert widest[300] < widest[20] / 2
    assert boldest[300] < boldest[20] / 5


def test_attention_sets_the_width_and_similarity_still_hides():
    graph, attention = graph_of(6), np.random.default_rng(1).random((6, 6))
    edges = drawn_edges(graph, minimum=0.4, attention=attention)
    assert [(s, t) for s, t, _ in edges] == [(s, t) for s, t, w in graph.edges() if w >= 0.4]
    for source, target, weight in edges:
        assert weight == pytest.approx((attention[source, target] + attention[target, source]) / 2)


def test_a_graph_without_edges_draws():
    chart = draw(3, minimum=2.0)
    assert chart.figure["series"][0]["links"] == []
    assert "0 edges" in chart.alt


def test_one_far_task_does_not_press_the_others_into_a_heap():
    heap = [(0.01 * k, 0.01 * (k * 7 % 11)) for k in range(11)]
    x, y = np.array(spread([*heap, (10.0, 10.0)])).T
    assert np.diff(np.sort(x))[:-1].min() > 30, "a heap would stand within one of 800"
    assert (np.argsort(x) == np.arange(12)).all(), "who is left of whom stays"
    assert y[11] == y.min(), "the highest comes first on a page"
    assert (x.min(), x.max(), y.min(), y.max()) == (0, 800, 0, 1000)


def test_a_lone_task_and_tasks_in_a_line_have_a_place():
    assert spread([(3.0, 4.0)]) == [(0.0, 0.0)]
    assert np.isfinite(spread([(0.0, 1.0), (1.0, 1.0)])).all()


def test_groups_differ_in_shape_and_letter():
    series = draw(6).figure["series"][0]
    assert len({category["symbol"] for category in series["categories"]}) == 3
    assert {node["label"]["formatter"][6] for node in series["data"]} == {"A", "B", "C"}


def test_every_group_has_the_shape_it_has_elsewhere():
    labels = np.array([0, 1, 2, 3, 4, 4])
    option = draw_task_graph(graph_of(6), labels, layout_of(6)).figure
    symbols = [category["symbol"] for category in option["series"][0]["categories"]]
    assert symbols == [entry["icon"] for entry in option["legend"]["data"]]
    assert symbols[:4] == ["circle", "rect", "triangle", "diamond"]
    assert symbols[4].startswith("path://"), "the pin of ECharts is a drop"


def test_tasks_that_are_each_alone_need_no_legend():
    shown = [
        draw_task_graph(graph_of(4), np.array(labels), layout_of(4)).figure["legend"]["show"]
        for labels in ([0, 1, 2, 3], [0, 1, 2, 2])
    ]
    assert shown == [False, True]
