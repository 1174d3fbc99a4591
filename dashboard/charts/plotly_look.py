"""What all Plotly figures share: transparent, quiet, in the ink of the page."""

from collections.abc import Sequence
from typing import Any

from plotly.graph_objects import Figure

from dashboard.theme import ink

FEWEST_ROWS = 3
"""Rows that a picture of many has room for at least."""
TOOLS = 34
"""Pixels on the right for the tools that come under the pointer: across the top they would cover
the title of a narrow picture."""


def dress(figure: Figure, title: str, height: int, dark: bool) -> Figure:
    """Give `figure` its title, height and the colours of the page; returns the same figure."""
    colours = ink(dark)
    figure.update_layout(
        title={
            "text": title,
            "font": {"size": 14, "color": colours.text},
            "x": 0,
            "xanchor": "left",
        },
        height=height,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": colours.text, "size": 12},
        hoverlabel={
            "bgcolor": colours.surface,
            "bordercolor": colours.line,
            "font": {"color": colours.text},
        },
        legend={"font": {"color": colours.text}},
        modebar={"orientation": "v"},
        margin={"l": 10, "r": TOOLS, "t": 48, "b": 40},
    )
    figure.update_xaxes(**_axis(dark))
    figure.update_yaxes(**_axis(dark))
    return figure


def list_down(figure: Figure, names: Sequence[str], dark: bool, fewest: int = 1) -> None:
    """Name the rows 0, 1, … from top to bottom, with room for `fewest`, and draw the line at 0."""
    figure.update_yaxes(
        tickmode="array",
        tickvals=list(range(len(names))),
        ticktext=list(names),
        range=[max(fewest, len(names)) - 0.5, -0.5],
        showgrid=False,
    )
    figure.add_vline(x=0, line={"color": ink(dark).text, "width": 1.5})


def _axis(dark: bool) -> dict[str, Any]:
    colours = ink(dark)
    return {
        "gridcolor": colours.line,
        "gridwidth": 0.5,
        "linecolor": colours.line,
        "zeroline": False,
        "tickfont": {"color": colours.text, "size": 12},
        "title_font": {"color": colours.muted, "size": 12},
        "automargin": True,
    }
