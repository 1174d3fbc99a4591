"""What all ECharts options share. The page's theme already sets fonts and a clear background."""

from typing import Any

from dashboard.theme import Mark, ink, text_on


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


def bare_axis(names: list[str], dark: bool) -> dict[str, Any]:
    """A category axis of names without lines or ticks."""
    return {
        "type": "category",
        "data": names,
        "axisLine": {"show": False},
        "axisTick": {"show": False},
        "splitLine": {"show": False},
        "axisLabel": {"color": ink(dark).text, "fontSize": 11},
    }
