"""A flat map of sample-wise optima for a browser without WebGL; `dashboard.components` has the
picture for a million points."""

from typing import Any

import numpy as np
from jaxtyping import Float

from dashboard.charts.chart import Chart, EChart
from dashboard.charts.echarts_look import heading, symbol
from dashboard.charts.legend import Entry, Legend, tones
from dashboard.charts.point_colours import PointColours, colour_points
from dashboard.charts.polygon import Polygon
from dashboard.selection import Part, SampleSelection
from dashboard.theme import ink

__all__ = ["PointColours", "brushed", "colour_points", "describe_points", "draw_points"]

MOST_POINTS = 20_000
BRUSHES = ["polygon", "rect"]
"""Tools: a lasso and a box; what an outline does is picked beside the picture."""
_CHOSEN, _OTHER = 1.0, 0.1
_HEIGHT = 560


def draw_points(
    xy: Float[np.ndarray, "point 2"],
    colours: PointColours,
    *,
    drawn: SampleSelection | None = None,
    axes: tuple[str, str] = ("first coordinate", "second coordinate"),
    dark: bool = False,
) -> EChart:
    """Scatter of at most 20,000 points, evenly picked, with a lasso and a box to select.

    Args:
        xy: coordinates.
        colours: the entry of its legend each point belongs to.
        drawn: the outlines that select; the points outside stand back.
        axes: what the two coordinates are.
        dark: whether the page is dark.
    """
    index, legend = colours.index, colours.legend
    shown = np.unique(np.linspace(0, len(xy) - 1, min(len(xy), MOST_POINTS)).astype(int))
    is_in = drawn.covers(xy[shown]) if drawn else np.ones(len(shown), dtype=bool)
    looks = list(enumerate(zip(legend.entries, tones(legend, dark), strict=True)))
    series = [
        _series(*look, xy[shown[(index[shown] == place) & (is_in == side)]], opacity, dark)
        for side, opacity in ((False, _OTHER), (True, _CHOSEN))
        for place, look in looks
    ]
    series += [_outlined(part, dark) for part in (drawn.parts if drawn else ())]
    count = f"{len(shown):,} of {len(xy):,}" if len(shown) < len(xy) else f"{len(xy):,}"
    option = {
        "title": heading(f"Sample-wise optima by {legend.title}, {count} points", dark),
        "animation": False,
        "legend": {
            "type": "scroll",
            "bottom": 0,
            "show": not legend.continuous,
            "data": [entry.label for entry in legend.entries],
            "textStyle": {"color": ink(dark).text},
        },
        "toolbox": {
            "left": 0,
            "top": 26,
            "feature": {"brush": {"type": BRUSHES}},
        },
        "brush": {"xAxisIndex": "all", "brushMode": "single", "throttleType": "debounce"},
        "dataZoom": [{"type": "inside", "xAxisIndex": 0}, {"type": "inside", "yAxisIndex": 0}],
        "grid": {"left": 44, "right": 16, "top": 60, "bottom": 64},
        "xAxis": _axis(axes[0], dark),
        "yAxis": _axis(axes[1], dark),
        "series": [one for one in series if one["data"]],
    }
    return Chart(option, describe_points(len(xy), legend, axes), _HEIGHT)


def brushed(areas: list[dict[str, Any]]) -> tuple[Part, ...]:
    """The outlines in the `areas` of an ECharts selection, each one added to the others."""
    return tuple(Part(_outline(area)) for area in areas)


def _outline(area: dict[str, Any]) -> Polygon:
    if area["brush_type"] == "rect":
        (x0, x1), (y0, y1) = area["coord_range"]
        return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    return tuple((float(x), float(y)) for x, y in area["coord_range"])


def describe_points(count: int, legend: Legend, axes: tuple[str, str]) -> str:
    """The text alternative of a cloud of points."""
    return (
        f"Map of {count:,} sample-wise optima, {axes[0]} across and {axes[1]} up, "
        f"coloured by {legend.title}."
    )


def _outlined(part: Part, dark: bool) -> dict[str, Any]:
    """An outline, dotted where it takes away."""
    return {
        "type": "line",
        "data": [list(corner) for corner in (*part.polygon, part.polygon[0])],
        "symbol": "none",
        "silent": True,
        "lineStyle": {"color": ink(dark).text, "type": "dotted" if part.takes_away else "dashed"},
    }


def _series(
    entry: Entry, colour: str, xy: Float[np.ndarray, "point 2"], opacity: float, dark: bool
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "name": entry.label,
        "symbol": symbol(entry.shape),
        "symbolSize": 6,
        "itemStyle": {"color": colour, "opacity": opacity},
        "emphasis": {"itemStyle": {"borderColor": ink(dark).text, "borderWidth": 1}},
        "data": np.round(xy.astype(float), 5).tolist(),
    }


def _axis(name: str, dark: bool) -> dict[str, Any]:
    return {
        "type": "value",
        "scale": True,
        "name": name,
        "nameLocation": "middle",
        "nameGap": 12,
        "nameTextStyle": {"color": ink(dark).text},
        "axisLine": {"lineStyle": {"color": ink(dark).line}, "onZero": False},
        "axisLabel": {"show": False},
        "axisTick": {"show": False},
        "splitLine": {"show": False},
    }
