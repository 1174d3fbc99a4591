"""Soft membership: how much of every task the mixture puts into each group."""

from typing import Any

import numpy as np
from jaxtyping import Int
from plotly.graph_objects import Bar, Figure

from core.values import Grouping
from dashboard.charts.chart import Chart, PlotlyChart
from dashboard.charts.plotly_look import dress
from dashboard.charts.text import clean, listed, percent, plotly, short
from dashboard.theme import group_mark, readable, text_on

_ROW, _DENSE_ROW, _MANY = 22, 9, 60
_SLIVER, _LETTERED = 0.005, 0.08
_SURE = 0.8


def draw_memberships(
    grouping: Grouping,
    labels: Int[np.ndarray, " task"],
    task_names: tuple[str, ...],
    *,
    dark: bool = False,
) -> PlotlyChart:
    """One bar a task cut into its groups, group after group, the clearest members first.

    Args:
        grouping: whose membership to draw.
        labels: the same groups, numbered as their colours are.
        task_names: the tasks.
        dark: whether the page is dark.
    """
    drawn = np.lexsort((-grouping.membership.max(axis=1), labels))
    columns = sorted(_numbers(grouping, labels).items(), key=lambda pair: pair[1])
    figure = Figure()
    for group, shown in columns:
        share = grouping.membership[drawn, group]
        if (share >= _SLIVER).any():
            figure.add_trace(_bar(shown, share, drawn, task_names, dark))
    height = 110 + len(drawn) * (_ROW if len(drawn) <= _MANY else _DENSE_ROW)
    dress(figure, "Share of each task in each group", height, dark)
    figure.update_layout(barmode="stack", bargap=0.22, legend={"traceorder": "normal"})
    figure.update_xaxes(
        range=[0, 1], tickformat=".0%", title_text="share of the task in the group", showgrid=False
    )
    figure.update_yaxes(**_names_axis(drawn, task_names))
    return Chart(figure, _words(grouping, task_names), height)


def _numbers(grouping: Grouping, labels: Int[np.ndarray, " task"]) -> dict[int, int]:
    """The shown number of every group; one without a task takes the next number that is free."""
    numbers = {int(own): int(shown) for own, shown in zip(grouping.labels, labels, strict=True)}
    for group in range(grouping.membership.shape[1]):
        numbers.setdefault(group, max(numbers.values()) + 1)
    return numbers


def _bar(
    group: int,
    share: np.ndarray,
    drawn: Int[np.ndarray, " task"],
    names: tuple[str, ...],
    dark: bool,
) -> Bar:
    mark = group_mark(group)
    rows = np.flatnonzero(share >= _SLIVER)
    return Bar(
        x=share[rows],
        y=rows,
        orientation="h",
        name=f"Group {mark.letter}",
        text=[
            mark.letter if part >= _LETTERED and len(drawn) <= _MANY else "" for part in share[rows]
        ],
        textposition="inside",
        insidetextanchor="middle",
        textangle=0,
        textfont={"color": text_on(mark.colour), "size": 12},
        constraintext="none",
        marker={
            "color": mark.colour,
            "line": {"color": readable(mark.colour, dark), "width": 1},
        },
        customdata=[[plotly(clean(names[drawn[row]])), percent(float(share[row]))] for row in rows],
        hovertemplate="%{customdata[0]}<br>%{fullData.name}: %{customdata[1]}<extra></extra>",
    )


def _names_axis(drawn: Int[np.ndarray, " task"], names: tuple[str, ...]) -> dict[str, Any]:
    step = 1 if len(drawn) <= _MANY else 2
    rows = list(range(0, len(drawn), step))
    return {
        "tickmode": "array",
        "tickvals": rows,
        "ticktext": [plotly(short(names[drawn[row]])) for row in rows],
        "range": [len(drawn) - 0.5, -0.5],
        "showgrid": False,
        "title_text": "",
    }


def _words(grouping: Grouping, names: tuple[str, ...]) -> str:
    between = np.flatnonzero(grouping.membership.max(axis=1) < _SURE)
    head = f"Soft membership of {len(names)} tasks in {grouping.n_groups} groups."
    if not len(between):
        return f"{head} Every task sits clearly in one group."
    return f"{head} Between groups: {listed([clean(names[task]) for task in between])}."
