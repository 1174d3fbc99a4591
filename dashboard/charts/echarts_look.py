"""What all ECharts options share. The page's theme already sets fonts and a clear background."""

from collections.abc import Sequence
from typing import Any

from dashboard.charts.text import short
from dashboard.theme import Mark, ink, text_on

_DOWN = "path://M0,0L10,0L5,9Z"


def symbol(shape: str) -> str:
    """What ECharts calls a shape; its own pin is a drop, which every other picture has not."""
    return _DOWN if shape == "pin" else shape


def heading(text: str, dark: bool) -> dict[str, Any]:
    """The title of a chart, top left; `text` is drawn on the canvas, never read as markup."""
    style = {"fontSize": 14, "fontWeight": 600, "color": ink(dark).text}
    return {"text": text, "left": 0, "top": 4, "padding": 0, "textStyle": style}


def chip(mark: Mark) -> dict[str, Any]:
    """Rich-text style of a group's letter on its colour."""
    return {
        "backgroundColor": mark.colour,
        "color": text_on(mark.colour),
        "padding": [2, 4],
        "borderRadius": 3,
        "fontWeight": "bold",
        "fontSize": 10,
        "textBorderWidth": 0,
    }


def fitting(names: Sequence[str]) -> list[str]:
    """Names along an axis, cut; of more than 40 ECharts makes room for the sampled ones only, so
    the others must not be much longer."""
    return [short(name) if len(names) <= 40 else short(name, 18) for name in names]


def bare_axis(names: list[str], dark: bool) -> dict[str, Any]:
    """A category axis of names without lines or ticks."""
    return {
        "type": "category",
        "data": names,
        "axisLine": {"show": False},
        "axisTick": {"show": False},
        "splitLine": {"show": False},
        "axisLabel": {"color": ink(dark).text, "fontSize": 11, "hideOverlap": True},
    }


def value_axis(dark: bool) -> dict[str, Any]:
    """An axis of numbers with quiet lines."""
    line = {"lineStyle": {"color": ink(dark).line, "width": 0.5}}
    return {
        "type": "value",
        "axisLine": {"show": False},
        "axisTick": {"show": False},
        "splitLine": line,
        "axisLabel": {"color": ink(dark).text, "fontSize": 11},
        "nameTextStyle": {"color": ink(dark).muted, "fontSize": 12},
    }


def legend(marks: Sequence[Mark], dark: bool) -> dict[str, Any]:
    """The groups below the title, each with its shape; pages where they need more than a line."""
    return {
        "data": [{"name": f"Group {mark.letter}", "icon": symbol(mark.shape)} for mark in marks],
        "type": "scroll",
        "itemWidth": 14,
        "itemHeight": 14,
        "top": 26,
        "left": 0,
        "right": 0,
        "textStyle": {"color": ink(dark).text},
        "pageTextStyle": {"color": ink(dark).text},
        "pageIconColor": ink(dark).text,
    }
