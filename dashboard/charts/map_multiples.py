"""The same points on several maps side by side, in the same colours and the same frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from dashboard.charts.chart import Chart, EChart
from dashboard.charts.echarts_look import symbol
from dashboard.charts.legend import Entry, tones
from dashboard.charts.point_colours import PointColours
from dashboard.charts.text import percent
from dashboard.theme import ink

MOST_POINTS = 1_500
"""Of each panel; a panel is small."""
COLUMNS = 2
_PANEL, _HEAD, _FOOT, _GAP = 300, 26, 70, 2.0


@dataclass(frozen=True)
class Panel:
    """One map: what it is called, its places, and how much it agrees with the first."""

    title: str
    xy: Float[np.ndarray, "point 2"]
    alike: float


def draw_multiples(panels: Sequence[Panel], colours: PointColours, *, dark: bool = False) -> EChart:
    """At most four maps of the same points.

    Args:
        panels: in one frame, the first being the one that the others were laid over.
        colours: the entry of its legend each point belongs to, on every map.
        dark: whether the page is dark.
    """
    n, n_rows = len(colours.index), -(-len(panels) // COLUMNS)
    shown = np.unique(np.linspace(0, n - 1, min(n, MOST_POINTS)).astype(int))
    height = n_rows * (_PANEL + _HEAD) + _FOOT
    boxes = [_box(place) for place in range(len(panels))]
    everything = np.concatenate([panel.xy[shown] for panel in panels])
    low, high = everything.min(axis=0), everything.max(axis=0)
    legend, frame = colours.legend, {"show": True, "borderColor": ink(dark).line}
    series = [
        _series(*look, panel.xy[shown[colours.index[shown] == code]], place)
        for place, panel in enumerate(panels)
        for code, look in enumerate(zip(legend.entries, tones(legend, dark), strict=True))
    ]
    option = {
        "animation": False,
        "title": [_title(panel, box, dark) for panel, box in zip(panels, boxes, strict=True)],
        "legend": {
            "type": "scroll",
            "bottom": 0,
            "show": not legend.continuous,
            "textStyle": {"color": ink(dark).text},
        },
        "grid": [box | frame for box in boxes],
        "xAxis": [_axis(place, low[0], high[0]) for place in range(len(panels))],
        "yAxis": [_axis(place, low[1], high[1]) for place in range(len(panels))],
        "series": [one for one in series if one["data"]],
    }
    return Chart(option, _describe(panels, len(shown), legend.title), height)


def _describe(panels: Sequence[Panel], n_shown: int, coloured_by: str) -> str:
    others = (f"{one.title}: {percent(one.alike)} alike" for one in panels[1:])
    return (
        f"{n_shown:,} points on {len(panels)} maps, coloured by {coloured_by}; beside "
        f"{panels[0].title}, {'; '.join(others)}."
    )


def _box(place: int) -> dict[str, Any]:
    row, column = divmod(place, COLUMNS)
    width = (100 - _GAP * (COLUMNS - 1)) / COLUMNS
    return {
        "left": f"{column * (width + _GAP):g}%",
        "width": f"{width:g}%",
        "top": row * (_PANEL + _HEAD) + _HEAD,
        "height": _PANEL,
    }


def _title(panel: Panel, box: dict[str, Any], dark: bool) -> dict[str, Any]:
    alike = "" if panel.alike >= 1 else f", {percent(panel.alike)} alike"
    return {
        "text": f"{panel.title}{alike}",
        "left": box["left"],
        "top": box["top"] - _HEAD + 4,
        "padding": 0,
        "textStyle": {"fontSize": 13, "fontWeight": 600, "color": ink(dark).text},
    }


def _axis(place: int, low: float, high: float) -> dict[str, Any]:
    margin = 0.04 * (high - low) or 1.0
    return {
        "type": "value",
        "gridIndex": place,
        "min": float(low - margin),
        "max": float(high + margin),
        "show": False,
    }


def _series(
    entry: Entry, colour: str, xy: Float[np.ndarray, "point 2"], place: int
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "name": entry.label,
        "xAxisIndex": place,
        "yAxisIndex": place,
        "symbol": symbol(entry.shape),
        "symbolSize": 5,
        "silent": True,
        "itemStyle": {"color": colour},
        "data": np.round(xy.astype(float), 4).tolist(),
    }
