"""Tasks as nodes, their strongest similarities as edges; both can be clicked."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from core.values import TaskGraph
from dashboard.charts.chart import Chart, EChart
from dashboard.charts.echarts_look import chip, heading
from dashboard.charts.text import clean, number, rich, short
from dashboard.theme import group_mark, ink, readable

_HEIGHT = 620
_WIDE = 1.7  # pages are wider than high


def draw_task_graph(
    graph: TaskGraph,
    labels: Int[np.ndarray, " task"],
    layout: Mapping[str, tuple[float, float]],
    *,
    weights: Float[np.ndarray, "source target"] | None = None,
    weight_name: str = "similarity",
    minimum: float = 0.0,
    dark: bool = False,
) -> EChart:
    """Nodes with the colour, shape and letter of their group; edges as wide as they are strong.

    Args:
        graph: nodes and edges.
        labels: the group of each task.
        layout: where each task stands; hiding edges moves nothing.
        weights: another weight for the same edges, attention for example; two directions are
            averaged. The similarity by default.
        weight_name: what the weight is called.
        minimum: edges lighter than this are left out; `drawn_edges` lists the others.
        dark: whether the page is dark.
    """
    edges = drawn_edges(graph, weights=weights, minimum=minimum)
    series = {
        "type": "graph",
        "layout": "none",
        "roam": True,
        "selectedMode": "single",
        "categories": _categories(labels, dark),
        "data": _nodes(graph.task_names, labels, layout, edges, dark),
        "links": _links(edges, dark),
        "labelLayout": {"hideOverlap": True},
        "emphasis": {"focus": "adjacency", "label": {"show": True}},
        "select": {"itemStyle": {"borderColor": ink(dark).text, "borderWidth": 4}},
        "tooltip": {"valueFormatter": "%.3f"},
        "top": 60,
        "bottom": 30,
        "left": 90,
        "right": 90,
    }
    option = {
        "title": heading(f"Task graph: edges by {weight_name}", dark),
        "legend": {"top": 2, "right": 110, "left": 300, "type": "scroll"},
        "tooltip": {"confine": True},
        "animation": False,
        "series": [series],
    }
    return Chart(option, _words(graph.task_names, edges, labels, weight_name), _HEIGHT)


def drawn_edges(
    graph: TaskGraph,
    *,
    weights: Float[np.ndarray, "source target"] | None = None,
    minimum: float = 0.0,
) -> list[tuple[int, int, float]]:
    """(source, target, weight) of the edges in the order drawn: a clicked edge is one of them."""
    if weights is None:
        edges = list(graph.edges())
    else:
        both = (weights + weights.T) / 2
        edges = [
            (source, target, float(both[source, target])) for source, target, _ in graph.edges()
        ]
    return [edge for edge in edges if edge[2] >= minimum]


def _nodes(
    names: tuple[str, ...],
    labels: Int[np.ndarray, " task"],
    layout: Mapping[str, tuple[float, float]],
    edges: Sequence[tuple[int, int, float]],
    dark: bool,
) -> list[dict[str, Any]]:
    strength = np.zeros(len(names))
    for source, target, weight in edges:
        strength[source] += weight
        strength[target] += weight
    size = float(np.clip(34 - len(names) / 8, 11, 30))
    return [
        {
            "id": str(task),
            "name": clean(name),
            "x": _WIDE * 300 * layout[name][0],
            "y": -300 * layout[name][1],
            "value": round(float(strength[task]), 3),
            "category": int(labels[task]),
            "symbolSize": size,
            "label": _label(name, int(labels[task]), len(names), dark),
        }
        for task, name in enumerate(names)
    ]


def _label(name: str, group: int, count: int, dark: bool) -> dict[str, Any]:
    mark = group_mark(group)
    return {
        "show": True,
        "position": "bottom",
        "distance": 3,
        "color": ink(dark).text,
        "fontSize": 11 if count <= 80 else 10,
        "textBorderColor": ink(dark).surface,
        "textBorderWidth": 2,
        "formatter": f"{{chip|{mark.letter}}} {rich(short(name, 24))}",
        "rich": {"chip": chip(mark) | {"padding": [1, 3]}},
    }


def _categories(labels: Int[np.ndarray, " task"], dark: bool) -> list[dict[str, Any]]:
    marks = [group_mark(group) for group in range(int(labels.max()) + 1)]
    return [
        {
            "name": f"Group {mark.letter}",
            "symbol": mark.shape,
            "itemStyle": {
                "color": mark.colour,
                "borderColor": readable(mark.colour, dark, 4.5),
                "borderWidth": 1.5,
            },
        }
        for mark in marks
    ]


def _links(edges: Sequence[tuple[int, int, float]], dark: bool) -> list[dict[str, Any]]:
    heaviest = max((weight for *_, weight in edges), default=1.0) or 1.0
    return [
        {
            "source": str(source),
            "target": str(target),
            "value": round(weight, 4),
            "lineStyle": {
                "width": round(0.6 + 5 * max(weight, 0.0) / heaviest, 2),
                "color": ink(dark).muted,
                "opacity": round(0.25 + 0.45 * max(weight, 0.0) / heaviest, 2),
            },
        }
        for source, target, weight in edges
    ]


def _words(
    names: tuple[str, ...],
    edges: Sequence[tuple[int, int, float]],
    labels: Int[np.ndarray, " task"],
    weight_name: str,
) -> str:
    groups = int(labels.max()) + 1
    head = f"Graph of {len(names)} tasks in {groups} groups with {len(edges)} edges"
    if not edges:
        return f"{head}."
    source, target, weight = max(edges, key=lambda edge: edge[2])
    pair = f"{clean(names[source])} and {clean(names[target])}"
    return f"{head}. Strongest: {pair}, {weight_name} {number(weight)}."
