"""Tasks as nodes, their strongest similarities as edges; both can be clicked."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from core.values import TaskGraph
from dashboard.charts.chart import Chart, EChart
from dashboard.charts.echarts_look import chip, heading, legend, symbol
from dashboard.charts.text import clean, number, rich, short
from dashboard.theme import Mark, group_mark, ink, readable, see_through

_HEIGHT = 620
TOP, BOTTOM, SIDE = 70, 46, 95
"""Room around the graph in pixels, for its title and for the names of its tasks."""
FEW_EDGES = 150
"""More edges than these are thinner and fainter, or they would fill the picture."""


def draw_task_graph(
    graph: TaskGraph,
    labels: Int[np.ndarray, " task"],
    layout: Mapping[str, tuple[float, float]],
    *,
    minimum: float = 0.0,
    attention: Float[np.ndarray, "source target"] | None = None,
    pair: tuple[int, int] | None = None,
    marked: Bool[np.ndarray, " task"] | None = None,
    dark: bool = False,
) -> EChart:
    """Nodes with the colour, shape and letter of their group; edges as wide as they are strong.

    Args:
        graph: nodes and edges.
        labels: the group of each task.
        layout: where each task stands; hiding edges moves nothing.
        minimum: edges of less similarity are left out; `drawn_edges` lists the others.
        attention: widths by attention, both directions averaged, and not by similarity.
        pair: two tasks that stand out, with the line between them.
        marked: one flag a task; the marked ones stand out, the others step back.
        dark: whether the page is dark.
    """
    edges = drawn_edges(graph, minimum=minimum, attention=attention)
    weight_name = "similarity" if attention is None else "attention"
    nodes = _nodes(graph.task_names, labels, layout, edges, dark)
    _set_apart(nodes, pair, marked, dark)
    series = {
        "type": "graph",
        "layout": "none",
        "roam": True,
        "preserveAspect": "contain",
        "selectedMode": "single",
        "categories": _categories(labels, dark),
        "data": nodes,
        "links": _links(edges, pair, dark),
        "labelLayout": {"hideOverlap": True},
        "emphasis": {"focus": "adjacency", "label": {"show": True}},
        "select": {"itemStyle": {"borderColor": ink(dark).text, "borderWidth": 4}},
        "tooltip": {"valueFormatter": "%.3f"},
        "top": TOP,
        "bottom": BOTTOM,
        "left": SIDE,
        "right": SIDE,
    }
    option = {
        "title": heading(f"Task graph: edges by {weight_name}", dark),
        "legend": legend(_marks(labels), dark) | {"show": int(labels.max()) + 1 < len(labels)},
        "tooltip": {"confine": True},
        "animation": False,
        "series": [series],
    }
    return Chart(option, _words(graph.task_names, edges, labels, weight_name), _HEIGHT)


def drawn_edges(
    graph: TaskGraph,
    *,
    minimum: float = 0.0,
    attention: Float[np.ndarray, "source target"] | None = None,
) -> list[tuple[int, int, float]]:
    """(source, target, width) of the edges in the order drawn: a clicked edge is one of them."""
    edges = [edge for edge in graph.edges() if edge[2] >= minimum]
    if attention is None:
        return edges
    both = (attention + attention.T) / 2
    return [(source, target, float(both[source, target])) for source, target, _ in edges]


def spread(places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Places that fill 800 × 1000: halfway from where they are to evenly spaced.

    One far task would press all others into a heap; who is left or above of whom stays.
    """
    found = np.array(places, dtype=float) * [1, -1]  # pages count downwards
    low, high = found.min(axis=0), found.max(axis=0)
    own = (found - low) / np.where(high > low, high - low, 1.0)
    rank = found.argsort(axis=0, kind="stable").argsort(axis=0) / max(len(found) - 1, 1)
    return [(400 * float(x), 500 * float(y)) for x, y in own + rank]


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
    places = spread([layout[name] for name in names])
    size = float(np.clip(34 - len(names) / 8, 11, 30))
    return [
        {
            "id": str(task),
            "name": clean(name),
            "x": places[task][0],
            "y": places[task][1],
            "value": round(float(strength[task]), 3),
            "category": int(labels[task]),
            "symbolSize": size,
            "label": _label(name, int(labels[task]), len(names), dark),
        }
        for task, name in enumerate(names)
    ]


def _set_apart(
    nodes: list[dict[str, Any]],
    pair: tuple[int, int] | None,
    marked: Bool[np.ndarray, " task"] | None,
    dark: bool,
) -> None:
    """Frame the pair and the marked tasks; where some are marked, the others step back."""
    some = marked is not None and bool(marked.any())
    for task, node in enumerate(nodes):
        is_marked = marked is not None and bool(marked[task])
        if task in (pair or ()) or is_marked:
            node["itemStyle"] = {"borderColor": ink(dark).text, "borderWidth": 4}
        elif some:
            node["itemStyle"] = {"opacity": 0.35}


def _label(name: str, group: int, count: int, dark: bool) -> dict[str, Any]:
    mark = group_mark(group)
    return {
        "show": True,
        "position": "bottom",
        "distance": 3,
        "color": ink(dark).text,
        "fontSize": 11 if count <= 80 else 10,
        "backgroundColor": see_through(ink(dark).surface, 0.75),
        "borderRadius": 3,
        "padding": [1, 2],
        "formatter": f"{{chip|{mark.letter}}} {rich(short(name, 24))}",
        "rich": {"chip": chip(mark) | {"padding": [1, 3]}},
    }


def _categories(labels: Int[np.ndarray, " task"], dark: bool) -> list[dict[str, Any]]:
    return [
        {
            "name": f"Group {mark.letter}",
            "symbol": symbol(mark.shape),
            "itemStyle": {
                "color": mark.colour,
                "borderColor": readable(mark.colour, dark, 4.5),
                "borderWidth": 1.5,
            },
        }
        for mark in _marks(labels)
    ]


def _marks(labels: Int[np.ndarray, " task"]) -> list[Mark]:
    return [group_mark(group) for group in range(int(labels.max()) + 1)]


def _links(
    edges: Sequence[tuple[int, int, float]], pair: tuple[int, int] | None, dark: bool
) -> list[dict[str, Any]]:
    weights = [weight for *_, weight in edges]
    low, high = (min(weights), max(weights)) if weights else (0.0, 1.0)
    ease = min(1.0, (FEW_EDGES / max(len(edges), 1)) ** 0.5)
    return [
        {
            "source": str(source),
            "target": str(target),
            "value": round(weight, 4),
            "lineStyle": {
                "width": round(0.5 + 4.5 * ease * _share(weight, low, high), 2),
                "color": ink(dark).muted,
                "opacity": round(ease * (0.3 + 0.4 * _share(weight, low, high)), 3),
            }
            if {source, target} != set(pair or ())
            else {"width": 6, "color": ink(dark).text, "opacity": 1},
        }
        for source, target, weight in edges
    ]


def _share(weight: float, low: float, high: float) -> float:
    return (weight - low) / (high - low) if high > low else 1.0


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
