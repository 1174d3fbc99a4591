"""A task × task matrix as clickable cells, ordered by group."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Int

from dashboard.charts.cells import Cells, cell_rows, missing_rows
from dashboard.charts.chart import Chart, EChart
from dashboard.charts.echarts_look import bare_axis, chip, fitting, heading
from dashboard.charts.text import rich
from dashboard.theme import group_mark, ink

_CELL, _SMALLEST, _LARGEST = 19, 220, 780
_LETTER_WIDTH = 6.2
MOST_BESIDE = 60
"""Tasks of a matrix that can share the width of a page; more take all of it."""


def draw_matrix(
    cells: Cells,
    order: Sequence[int] | Int[np.ndarray, " task"],
    labels: Int[np.ndarray, " task"],
    *,
    pair: tuple[int, int] | None = None,
    dark: bool = False,
    alt: str,
) -> EChart:
    """Cells coloured by their value, rows and columns in `order`, a gap where the group changes.

    Args:
        cells: what to draw.
        order: task numbers, first row first; all or some of the tasks.
        labels: the group of each task, for letters and gaps.
        pair: two tasks whose two cells get a frame.
        dark: whether the page is dark.
        alt: the text alternative.
    """
    drawn = np.asarray(order, dtype=int)
    fit = fitting([cells.names[task] for task in drawn])
    names = [_chip(name, int(labels[task])) for name, task in zip(fit, drawn, strict=True)]
    frame = _frame(drawn, pair)
    option = {
        "title": heading(cells.title, dark),
        "animation": False,
        "tooltip": {"confine": True},
        "grid": {"left": 0, "right": 96, "top": 44, "bottom": 0, "containLabel": True},
        "xAxis": [_axis(names, labels[drawn], dark, "x", cells.axes[1]), _hidden()],
        "yAxis": [_axis(names, labels[drawn], dark, "y", cells.axes[0]), _hidden()],
        "visualMap": [_colours(cells, dark), _grey(dark), *_clear(frame)],
        "dataZoom": _zoom(len(drawn)),
        "dataset": [{"source": cell_rows(cells, drawn)}, {"source": missing_rows(cells, drawn)}],
        "series": [*_cell_series(cells, len(drawn), dark), *frame, *_gaps(labels[drawn], dark)],
    }
    height = _side(len(drawn)) + 44 + _labels_height(fit)
    return Chart(option, alt, height)


def _cell_series(cells: Cells, count: int, dark: bool) -> list[dict[str, Any]]:
    edge = {"borderColor": ink(dark).surface, "borderWidth": 1 if count <= 60 else 0}
    chosen = {"itemStyle": {"borderColor": ink(dark).text, "borderWidth": 3}}
    encode = {"x": "x", "y": "y", "value": "value", "itemName": "cell"}
    cell = {
        "type": "heatmap",
        "name": "cells",
        "datasetIndex": 0,
        "encode": encode,
        "selectedMode": "single",
        "progressive": 0,
        "itemStyle": edge,
        "select": chosen,
        "emphasis": chosen,
        "tooltip": {"formatter": cells.tooltip},
    }
    missing = {
        "type": "heatmap",
        "name": "missing",
        "datasetIndex": 1,
        "encode": encode,
        "itemStyle": edge | {"decal": _hatching(dark)},
        "tooltip": {"formatter": "<b>{@row}</b> · <b>{@column}</b><br/>{@why}"},
    }
    return [cell, missing]


def _frame(drawn: Int[np.ndarray, " task"], pair: tuple[int, int] | None) -> list[dict[str, Any]]:
    """Series that frame the two cells of a pair and let every click through."""
    places = [int(np.flatnonzero(drawn == task)[0]) for task in pair or () if task in drawn]
    if len(places) < 2:
        return []
    source, target = places
    common = {
        "type": "heatmap",
        "data": [[target, source, 0], [source, target, 0]],
        "silent": True,
        "tooltip": {"show": False},
        "z": 6,
    }
    edges = [("#000000", 5), ("#FFFFFF", 2)]  # one of them stands out on any shade
    return [
        common | {"name": "pair", "itemStyle": {"borderColor": colour, "borderWidth": width}}
        for colour, width in edges
    ]


def _clear(frame: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Frames are see-through; a heatmap asks for a range of colours."""
    through = {"color": ["rgba(0,0,0,0)"] * 2}
    return [
        {
            "show": False,
            "seriesIndex": 2 + k,
            "dimension": 2,
            "min": 0,
            "max": 1,
            "inRange": through,
        }
        for k in range(len(frame))
    ]


def _hatching(dark: bool) -> dict[str, Any]:
    return {
        "symbol": "rect",
        "color": ink(dark).muted,
        "dashArrayX": [1, 0],
        "dashArrayY": [1.5, 5],
        "rotation": -0.785,
    }


def _gaps(labels: Int[np.ndarray, " task"], dark: bool) -> list[dict[str, Any]]:
    """Thin bars in the colour of the page along the first row and column of every group.

    Bars sit on the same category axes as the cells, so they follow every zoom.
    """
    first = [int(place) for place in np.flatnonzero(np.diff(labels)) + 1]
    common = {
        "type": "bar",
        "silent": True,
        "barGap": "0%",
        "barCategoryGap": "0%",
        "itemStyle": {"color": ink(dark).surface},
        "tooltip": {"show": False},
        "z": 5,
    }
    series: list[dict[str, Any]] = []
    for axes, flip in (({"yAxisIndex": 1}, False), ({"xAxisIndex": 1}, True)):
        data = [[1, place] if flip else [place, 1] for place in first]
        series.append(common | axes | {"barWidth": 4, "data": data})
        series.append(common | axes | {"barWidth": "100%", "data": []})  # the rest of the cell
    return series if first else []


def _axis(
    names: list[str], labels: Int[np.ndarray, " task"], dark: bool, side: str, title: str
) -> dict[str, Any]:
    marks = [group_mark(group) for group in sorted({int(group) for group in labels})]
    axis = bare_axis(names, dark) | {"inverse": side == "y"}
    axis["axisLabel"] |= {
        "rich": {mark.letter: chip(mark) for mark in marks},
        "rotate": 90 if side == "x" else 0,
    }
    if not title:
        return axis
    style = {"color": ink(dark).muted, "fontSize": 12, "align": "right"}
    style |= {"verticalAlign": "top"} if side == "x" else {}  # below the last row's name
    return axis | {"name": title, "nameLocation": "start", "nameGap": 6, "nameTextStyle": style}


def _hidden() -> dict[str, Any]:
    return {"type": "value", "min": 0, "max": 1, "show": False}


def _chip(name: str, group: int) -> str:
    mark = group_mark(group)
    return f"{{{mark.letter}|{mark.letter}}} {rich(name)}"


def _colours(cells: Cells, dark: bool) -> dict[str, Any]:
    low, high = cells.span
    return {
        "type": "continuous",
        "seriesIndex": 0,
        "dimension": "value",
        "min": low,
        "max": high,
        "calculable": True,
        "orient": "vertical",
        "right": 0,
        "top": 44,
        "itemHeight": 130,
        "itemWidth": 14,
        "precision": _decimals(high - low),
        "text": [cells.unit, ""],
        "textStyle": {"color": ink(dark).text},
        "inRange": {"color": list(cells.colours)},
        "outOfRange": {"color": ink(dark).line},
    }


def _grey(dark: bool) -> dict[str, Any]:
    colour = [ink(dark).missing] * 2
    return {
        "show": False,
        "seriesIndex": 1,
        "dimension": "value",
        "min": 0,
        "max": 1,
        "inRange": {"color": colour},
    }


def _zoom(count: int) -> list[dict[str, Any]]:
    if count <= 30:
        return []
    common = {"type": "inside", "filterMode": "none", "minValueSpan": 8}
    return [common | {"xAxisIndex": [0]}, common | {"yAxisIndex": [0]}]


def _decimals(span: float) -> int:
    return max(0, min(6, 2 - int(np.floor(np.log10(span)))))


def _side(count: int) -> int:
    return int(np.clip(count * _CELL, _SMALLEST, _LARGEST))


def _labels_height(names: list[str]) -> int:
    longest = max(map(len, names))
    return round(34 + longest * _LETTER_WIDTH)
