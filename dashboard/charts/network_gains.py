"""How many networks are worth it: the best mean gain at every budget, beside what is simple."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from plotly.graph_objects import Figure, Scatter

from dashboard.charts.chart import Chart, PlotlyChart
from dashboard.charts.plotly_look import dress
from dashboard.charts.text import MISSING
from dashboard.theme import ink

_HEIGHT = 380


@dataclass(frozen=True)
class Place:
    """A selection in the picture: its cost in networks, its mean gain."""

    name: str
    cost: float
    gain: float


def draw_network_gains(
    curve: Float[np.ndarray, " budget"],
    places: Sequence[Place],
    random: Float[np.ndarray, " selection"],
    unit: str,
    *,
    dark: bool = False,
) -> PlotlyChart:
    """The best mean gain at 1, 2, … networks, and the places of some selections beside it.

    Args:
        curve: NaN where no selection is that cheap; empty where it was not computed.
        places: this selection first (a ringed diamond), then those to compare with.
        random: mean gains of random selections, drawn at the cost of the first place.
        unit: what the budget counts.
        dark: whether the page is dark.
    """
    figure = Figure()
    if np.isfinite(curve).any():
        figure.add_trace(_line(curve, dark))
    figure.add_trace(_dots(random, places[0].cost, dark))
    for number, place in enumerate(places):
        if np.isfinite(place.gain):
            figure.add_trace(_mark(place, number, dark))
    dress(figure, "What another network is worth", _HEIGHT, dark)
    figure.update_xaxes(title_text=unit, rangemode="tozero", dtick=max(1, -(-len(curve) // 12)))
    figure.update_yaxes(title_text="mean gain over training alone", tickformat=".2~%")
    figure.add_hline(y=0, line={"color": ink(dark).muted, "width": 1})
    figure.update_layout(
        legend={"orientation": "h", "y": -0.22, "yanchor": "top", "x": 0, "xanchor": "left"},
        margin={"b": 90},
    )
    return Chart(figure, _words(curve, places, random), _HEIGHT)


def gain_text(gain: float) -> str:
    """A relative gain as people read it, `+3.41 %`."""
    return f"{gain:+.2%}".replace("%", " %") if np.isfinite(gain) else MISSING


def _line(curve: Float[np.ndarray, " budget"], dark: bool) -> Scatter:
    return Scatter(
        x=np.arange(1, len(curve) + 1),
        y=curve,
        mode="lines+markers",
        name="best selection",
        line={"color": ink(dark).accent, "width": 2.5},
        marker={"size": 7},
        customdata=[[gain_text(float(gain))] for gain in curve],
        hovertemplate="at most %{x}: %{customdata[0]}<extra></extra>",
    )


def _dots(gains: Float[np.ndarray, " selection"], cost: float, dark: bool) -> Scatter:
    return Scatter(
        x=np.full(len(gains), cost),
        y=gains,
        mode="markers",
        name="random selections",
        marker={"size": 8, "color": ink(dark).muted, "symbol": "circle-open"},
        customdata=[[gain_text(float(gain))] for gain in gains],
        hovertemplate="a random selection: %{customdata[0]}<extra></extra>",
    )


def _mark(place: Place, number: int, dark: bool) -> Scatter:
    own = number == 0
    symbol = "diamond" if own else ("square", "triangle-up", "cross")[(number - 1) % 3]
    return Scatter(
        x=[place.cost],
        y=[place.gain],
        mode="markers",
        name=place.name,
        marker={
            "size": 15 if own else 11,
            "color": ink(dark).accent if own else ink(dark).text,
            "symbol": symbol,
            "line": {"width": 2, "color": ink(dark).text},
        },
        hovertemplate=f"{place.name}: {gain_text(place.gain)}<extra></extra>",
    )


def _words(
    curve: Float[np.ndarray, " budget"],
    places: Sequence[Place],
    random: Float[np.ndarray, " selection"],
) -> str:
    best = ", ".join(
        f"{number} {gain_text(float(gain))}"
        for number, gain in enumerate(curve, start=1)
        if np.isfinite(gain)
    )
    said = [f"{place.name} {gain_text(place.gain)} at cost {place.cost:g}" for place in places]
    if best:
        said.insert(0, f"best by number of networks: {best}")
    if len(random):
        low, high = gain_text(float(random.min())), gain_text(float(random.max()))
        said.append(f"{len(random)} random selections {low} to {high}")
    return f"Mean gain over training each task alone. {'; '.join(said)}."
