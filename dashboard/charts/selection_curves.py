"""How many groups? BIC, silhouette and stability against what was asked of the mixture."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from core.values import Grouping
from dashboard.charts.chart import Chart, EChart
from dashboard.charts.echarts_look import heading, value_axis
from dashboard.charts.text import number
from dashboard.theme import ink, see_through

_HEIGHT = 330
_PANELS = (
    ("bic", "BIC (lower is better)"),
    ("silhouette", "Silhouette (higher is better)"),
    ("stability", "Stability (higher is better)"),
)
_DASHES: tuple[Any, ...] = ("solid", "dashed", "dotted", [8, 3, 2, 3], [12, 4], [12, 3, 2, 3])
_SHAPES = ("circle", "rect", "triangle", "diamond", "pin", "roundRect")
_CHANCE, _CHOICE = "what chance reaches", "current choice"


def draw_selection_curves(
    groupings: Sequence[Grouping],
    way: str,
    n_components: int,
    *,
    titles: Mapping[str, str] | None = None,
    dark: bool = False,
) -> EChart:
    """Three panels over the number of components, one line a covariance (or other method).

    Beside the silhouette stands a band: what chance reaches in 19 of 20 cases.

    Args:
        groupings: all candidates; those that come in one size only are no line.
        way: the line to stress, a covariance of the mixture or another method.
        n_components: the point of that line to mark as the current choice.
        titles: what to call the ways.
        dark: whether the page is dark.
    """
    curves = {key: line for key, line in _curves(groupings).items() if len(line) > 1}
    names = {key: (titles or {}).get(key, key) for key in curves}
    own = curves.get(way, [])
    chosen = [point for point in own if point.n_components == n_components]
    series = [_band(own, dark)] if any(isfinite(p.silhouette_null) for p in own) else []
    for panel, (score, _) in enumerate(_PANELS):
        series += [
            _line(names[key], points, place, panel, score, key == way, dark)
            for place, (key, points) in enumerate(curves.items())
        ]
        series += [_choice(point, panel, score, dark) for point in chosen]
    most = max((point.n_components for line in curves.values() for point in line), default=1)
    option = {
        "title": [
            heading("Scores of every number of groups", dark),
            *(
                _panel_title(panel, title if _is_known(curves, score) else _unknown(title), dark)
                for panel, (score, title) in enumerate(_PANELS)
            ),
        ],
        "animation": False,
        "tooltip": {"confine": True},
        "legend": _legend(series, dark),
        "grid": [_grid(panel) for panel in range(len(_PANELS))],
        "xAxis": [_across(panel, most, dark) for panel in range(len(_PANELS))],
        "yAxis": [
            value_axis(dark) | {"gridIndex": panel, "scale": True} for panel in range(len(_PANELS))
        ],
        "series": series,
    }
    return Chart(option, _words(chosen, names.get(way, way), list(names.values())), _HEIGHT)


def _is_known(curves: Mapping[str, Sequence[Grouping]], score: str) -> bool:
    """Whether a score is known of any grouping: of a matrix nothing was run again."""
    return any(isfinite(getattr(point, score)) for line in curves.values() for point in line)


def _unknown(title: str) -> str:
    return f"{title.partition(' (')[0]}: unknown"


def _curves(groupings: Sequence[Grouping]) -> dict[str, list[Grouping]]:
    curves: dict[str, list[Grouping]] = {}
    for grouping in sorted(groupings, key=lambda grouping: grouping.n_components):
        curves.setdefault(grouping.covariance or grouping.method, []).append(grouping)
    return curves


def _points(points: Sequence[Grouping], score: str) -> list[list[Any]]:
    """Components, score (None where it is not defined), groups, and the score for the eye."""
    values = [float(getattr(point, score)) for point in points]
    return [
        [point.n_components, value if isfinite(value) else None, point.n_groups, number(value)]
        for point, value in zip(points, values, strict=True)
    ]


def _line(
    name: str,
    points: Sequence[Grouping],
    place: int,
    panel: int,
    score: str,
    is_own: bool,
    dark: bool,
) -> dict[str, Any]:
    colour = ink(dark).accent if is_own else see_through(ink(dark).muted, 0.65)
    return _on_panel(panel) | {
        "type": "line",
        "name": name,
        "data": _points(points, score),
        "symbol": _SHAPES[place % len(_SHAPES)],
        "symbolSize": 8 if is_own else 5,
        "lineStyle": {
            "color": colour,
            "width": 2.5 if is_own else 1.5,
            "type": _DASHES[place % len(_DASHES)],
        },
        "itemStyle": {"color": colour},
        "z": 3 if is_own else 2,
        "tooltip": {
            "formatter": f"<b>{name}</b><br/>{{@[0]}} components, {{@[2]}} groups<br/>"
            f"{score} {{@[3]}}"
        },
    }


def _band(points: Sequence[Grouping], dark: bool) -> dict[str, Any]:
    muted = ink(dark).muted
    return _on_panel(1) | {
        "type": "line",
        "name": _CHANCE,
        "data": _points(points, "silhouette_null"),
        "symbol": "none",
        "lineStyle": {"width": 1, "color": muted},
        "itemStyle": {"color": muted},
        "areaStyle": {"color": see_through(muted, 0.18), "origin": "start"},
        "z": 1,
        "tooltip": {"formatter": "chance: below {@[3]}"},
    }


def _choice(point: Grouping, panel: int, score: str, dark: bool) -> dict[str, Any]:
    ring = {"color": "transparent", "borderColor": ink(dark).text, "borderWidth": 3}
    return _on_panel(panel) | {
        "type": "scatter",
        "name": _CHOICE,
        "data": _points([point], score),
        "symbol": "circle",
        "symbolSize": 17,
        "itemStyle": ring,
        "silent": True,
        "z": 5,
    }


def _on_panel(panel: int) -> dict[str, Any]:
    return {"xAxisIndex": panel, "yAxisIndex": panel, "encode": {"x": 0, "y": 1}}


def _grid(panel: int) -> dict[str, Any]:
    left = f"{panel * 34}%"
    return {"left": left, "width": "31%", "top": 64, "bottom": 76, "containLabel": True}


def _panel_title(panel: int, text: str, dark: bool) -> dict[str, Any]:
    style = {"fontSize": 12, "fontWeight": 500, "color": ink(dark).muted}
    place = {"left": f"{panel * 34 + 18}%", "top": 38, "textAlign": "center"}
    return {"text": text, "padding": 0, "textStyle": style} | place


def _across(panel: int, most: int, dark: bool) -> dict[str, Any]:
    ticks = {"min": 1, "max": most, "interval": max(1, -(-most // 10))}
    name = {"name": "components asked for", "nameLocation": "middle", "nameGap": 26}
    grid = {"gridIndex": panel, "splitLine": {"show": False}}
    return value_axis(dark) | ticks | name | grid


def _legend(series: Sequence[dict[str, Any]], dark: bool) -> dict[str, Any]:
    colour = ink(dark).text
    return {
        "data": list(dict.fromkeys(line["name"] for line in series)),
        "type": "scroll",
        "bottom": 0,
        "left": 0,
        "itemWidth": 40,
        "textStyle": {"color": colour},
        "pageTextStyle": {"color": colour},
        "pageIconColor": colour,
    }


def _words(chosen: list[Grouping], own: str, names: list[str]) -> str:
    head = f"Curves of BIC, silhouette and stability for {', '.join(names)}."
    if not chosen:
        return head
    point = chosen[0]
    scores = ", ".join(f"{score} {number(getattr(point, score))}" for score, _ in _PANELS)
    return (
        f"{head} Current choice: {own}, {point.n_components} components, "
        f"{point.n_groups} groups; {scores}."
    )
