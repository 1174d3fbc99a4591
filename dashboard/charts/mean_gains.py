"""Do groups help on average? Together and the best grouping against alone, beside random groups."""

from typing import Any

import numpy as np
from plotly.graph_objects import Figure, Scatter

from core import gain_words
from core.trials import Contrast, Evidence, Judge
from dashboard.charts.chart import Chart, PlotlyChart
from dashboard.charts.plotly_look import dress, list_down
from dashboard.theme import ink

_HEIGHT = 250


def draw_mean_gains(evidence: Evidence, *, dark: bool = False) -> PlotlyChart:
    """One row a way to train, its mean gain over training alone with the 95 % interval; the dots
    of the last row are random groupings with the group sizes of the best one."""
    figure = Figure()
    rows = [("All together", evidence.together_over_alone)]
    if evidence.grouped is not None:
        rows.append((f"Best grouping ({evidence.grouped.n_groups})", evidence.grouped_over_alone))
    for place, (_, contrast) in enumerate(rows):
        figure.add_trace(_interval(contrast, place, evidence.judge, dark))
    names = [name for name, _ in rows]
    known = evidence.random_gains[np.isfinite(evidence.random_gains)]
    if len(known):
        figure.add_trace(_dots(known, len(rows), evidence.judge, dark))
        names.append(f"Random groupings ({len(known)})")
    dress(figure, "Mean gain over training each task alone", _HEIGHT, dark)
    unit = "points of the metric" if evidence.judge is Judge.METRIC else "lower loss"
    form = ".3~f" if evidence.judge is Judge.METRIC else ".1~%"
    figure.update_xaxes(title_text=f"gain, {unit}", tickformat=form)
    list_down(figure, names, dark)
    figure.update_layout(showlegend=False)
    return Chart(figure, _words(rows, known, evidence.judge), _HEIGHT)


def amount(gain: float, judge: Judge) -> str:
    """A gain as people read it: points of a metric, or per cent of the loss."""
    return gain_words.signed(gain, judge is Judge.LOSS)


def with_interval(contrast: Contrast, judge: Judge) -> str:
    """`+0.031 (+0.010 to +0.052)`."""
    told = (contrast.value, contrast.low, contrast.high)
    return gain_words.with_interval(*told, judge is Judge.LOSS)


def _interval(contrast: Contrast, place: int, judge: Judge, dark: bool) -> Scatter:
    return Scatter(
        x=[contrast.value],
        y=[place],
        mode="markers",
        marker={"size": 13, "color": ink(dark).accent, "symbol": "diamond"},
        error_x=_bars(contrast, dark),
        hovertemplate=f"{with_interval(contrast, judge)}<extra></extra>",
    )


def _bars(contrast: Contrast, dark: bool) -> dict[str, Any]:
    return {
        "type": "data",
        "array": [np.nan_to_num(contrast.high - contrast.value)],
        "arrayminus": [np.nan_to_num(contrast.value - contrast.low)],
        "color": ink(dark).accent,
        "thickness": 2,
        "width": 6,
    }


def _dots(gains: np.ndarray, place: int, judge: Judge, dark: bool) -> Scatter:
    return Scatter(
        x=gains,
        y=np.full(len(gains), place),
        mode="markers",
        marker={"size": 9, "color": ink(dark).muted, "symbol": "circle-open", "line": {"width": 2}},
        customdata=[[amount(float(gain), judge)] for gain in gains],
        hovertemplate="a random grouping: %{customdata[0]}<extra></extra>",
    )


def _words(rows: list[tuple[str, Contrast]], known: np.ndarray, judge: Judge) -> str:
    said = [f"{name}: {with_interval(contrast, judge)}" for name, contrast in rows]
    if len(known):
        low, high = amount(float(known.min()), judge), amount(float(known.max()), judge)
        said.append(f"{len(known)} random groupings: {low} to {high}")
    return f"Mean gain over training each task alone, 95 % intervals. {'; '.join(said)}."
