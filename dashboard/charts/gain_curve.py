"""How many groups? What training gained at every number of them, with intervals."""

from typing import Any

import numpy as np
from plotly.graph_objects import Figure, Scatter

from core.trials import Contrast, Evidence, Judge, Trial
from dashboard.charts.chart import Chart, PlotlyChart
from dashboard.charts.mean_gains import amount, with_interval
from dashboard.charts.plotly_look import dress
from dashboard.theme import ink

_HEIGHT = 290


def draw_gain_curve(evidence: Evidence, n_groups: int, *, dark: bool = False) -> PlotlyChart:
    """Mean test gain over training alone of the best grouping of every number of groups.

    Which one is the best was decided on validation rows; numbers of groups of which none was
    looked at on test rows are left out.

    Args:
        evidence: with trials that were tested.
        n_groups: the number of groups on show, marked.
        dark: whether the page is dark.
    """
    trials = evidence.by_number
    figure = Figure()
    figure.add_trace(_line(trials, evidence, dark))
    for trial in trials:
        if trial.n_groups == n_groups:
            figure.add_trace(_choice(trial, evidence, dark))
    dress(figure, "Mean gain over training each task alone, on test rows", _HEIGHT, dark)
    unit = "points of the metric" if evidence.judge is Judge.METRIC else "lower loss"
    form = ".3~f" if evidence.judge is Judge.METRIC else ".1~%"
    figure.update_yaxes(title_text=f"gain, {unit}", tickformat=form)
    most = len(evidence.task_names)
    figure.update_xaxes(
        title_text="groups", range=[0.5, most + 0.5], dtick=max(1, -(-most // 12)), showgrid=False
    )
    figure.add_hline(y=0, line={"color": ink(dark).text, "width": 1.5})
    figure.update_layout(showlegend=False)
    return Chart(figure, _words(trials, evidence), _HEIGHT)


def _line(trials: tuple[Trial, ...], evidence: Evidence, dark: bool) -> Scatter:
    gains = [evidence.gain(trial) for trial in trials]
    told = [
        [_name(trial, evidence), with_interval(gain, evidence.judge)]
        for trial, gain in zip(trials, gains, strict=True)
    ]
    return Scatter(
        x=[trial.n_groups for trial in trials],
        y=[gain.value for gain in gains],
        mode="lines+markers",
        line={"color": ink(dark).muted, "width": 1.5, "dash": "dot"},
        marker={"size": 10, "color": ink(dark).accent, "symbol": "diamond"},
        error_y=_bars(gains, dark),
        customdata=told,
        hovertemplate="%{customdata[0]}: %{customdata[1]}<extra></extra>",
    )


def _bars(gains: list[Contrast], dark: bool) -> dict[str, Any]:
    return {
        "type": "data",
        "array": [float(np.nan_to_num(gain.high - gain.value)) for gain in gains],
        "arrayminus": [float(np.nan_to_num(gain.value - gain.low)) for gain in gains],
        "color": ink(dark).accent,
        "thickness": 2,
        "width": 6,
    }


def _choice(trial: Trial, evidence: Evidence, dark: bool) -> Scatter:
    ring = {"size": 20, "color": "rgba(0,0,0,0)", "line": {"color": ink(dark).text, "width": 3}}
    return Scatter(
        x=[trial.n_groups],
        y=[evidence.gain(trial).value],
        mode="markers",
        marker=ring,
        hoverinfo="skip",
    )


def _name(trial: Trial, evidence: Evidence) -> str:
    if trial.n_groups == 1:
        return "all together"
    return (
        "each alone" if trial.n_groups == len(evidence.task_names) else f"{trial.n_groups} groups"
    )


def _words(trials: tuple[Trial, ...], evidence: Evidence) -> str:
    said = [
        f"{_name(trial, evidence)} {amount(evidence.gain(trial).value, evidence.judge)}"
        for trial in trials
    ]
    return f"Mean test gain over training alone by the number of groups: {'; '.join(said)}."
