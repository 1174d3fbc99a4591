"""Soft membership: how much of every task the mixture puts into each group."""

from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Int

from core.values import Grouping
from dashboard.charts.chart import Chart, EChart
from dashboard.charts.echarts_look import bare_axis, heading, legend, value_axis
from dashboard.charts.text import clean, listed, percent, short
from dashboard.theme import group_mark, readable, text_on

_ROW, _MOST = 22, 60
_SLIVER, _LETTERED = 0.005, 0.08
_SURE = 0.8


def draw_memberships(
    grouping: Grouping,
    labels: Int[np.ndarray, " task"],
    task_names: tuple[str, ...],
    *,
    dark: bool = False,
) -> EChart:
    """One bar a task cut into its groups, group after group, the clearest members first; of many
    tasks the least clear ones.

    Args:
        grouping: whose membership to draw.
        labels: the same groups, numbered as their colours are.
        task_names: the tasks.
        dark: whether the page is dark.
    """
    clearest = grouping.membership.max(axis=1)
    drawn = np.lexsort((-clearest, labels))
    if len(drawn) > _MOST:
        drawn = drawn[np.isin(drawn, np.argsort(clearest, kind="stable")[:_MOST])]
    groups = [
        (group, shown)
        for group, shown in sorted(_numbers(grouping, labels).items(), key=lambda pair: pair[1])
        if (grouping.membership[:, group] >= _SLIVER).any()
    ]
    source = pd.DataFrame(
        {"y": np.arange(len(drawn)), "task": [clean(task_names[task]) for task in drawn]}
        | {
            key: column
            for group, shown in groups
            for key, column in _columns(grouping.membership[drawn, group], shown).items()
        }
    )
    least = f", the {_MOST} least clear of {len(labels)}" if len(drawn) < len(labels) else ""
    option = {
        "title": heading(f"Share of each task in each group{least}", dark),
        "animation": False,
        "tooltip": {"confine": True},
        "legend": legend([group_mark(shown) for _, shown in groups], dark),
        "grid": {"left": 0, "right": 16, "top": 60, "bottom": 26, "containLabel": True},
        "xAxis": _across(dark),
        "yAxis": _down([short(task_names[task]) for task in drawn], dark),
        "dataset": {"source": source},
        "series": [_bar(shown, dark) for _, shown in groups],
    }
    return Chart(option, _words(grouping, task_names), 120 + len(drawn) * _ROW)


def _numbers(grouping: Grouping, labels: Int[np.ndarray, " task"]) -> dict[int, int]:
    """The shown number of every group; one without a task takes the next number that is free."""
    numbers = {int(own): int(shown) for own, shown in zip(grouping.labels, labels, strict=True)}
    for group in range(grouping.membership.shape[1]):
        numbers.setdefault(group, max(numbers.values()) + 1)
    return numbers


def _columns(share: np.ndarray, shown: int) -> dict[str, Any]:
    """What one group has of every task; a share too small to see is missing."""
    letter = group_mark(shown).letter
    return {
        f"percent {letter}": np.where(share >= _SLIVER, 100 * share, np.nan),
        f"share {letter}": [percent(float(part)) for part in share],
        f"letter {letter}": [letter if part >= _LETTERED else "" for part in share],
    }


def _bar(shown: int, dark: bool) -> dict[str, Any]:
    mark = group_mark(shown)
    edge = {"borderColor": readable(mark.colour, dark), "borderWidth": 1}
    letters = {
        "formatter": f"{{@letter {mark.letter}}}",
        "color": text_on(mark.colour),
        "fontSize": 12,
    }
    return {
        "type": "bar",
        "name": f"Group {mark.letter}",
        "encode": {"x": f"percent {mark.letter}", "y": "y"},
        "stack": "membership",
        "barCategoryGap": "22%",
        "itemStyle": {"color": mark.colour} | edge,
        "label": {"show": True, "position": "inside"} | letters,
        "tooltip": {
            "formatter": f"<b>{{@task}}</b><br/>Group {mark.letter}: {{@share {mark.letter}}}"
        },
    }


def _across(dark: bool) -> dict[str, Any]:
    name = {"name": "share of the task in the group", "nameLocation": "middle", "nameGap": 26}
    labels = value_axis(dark)
    labels["axisLabel"] |= {"formatter": "{value} %"}
    return labels | name | {"min": 0, "max": 100, "splitLine": {"show": False}}


def _down(names: list[str], dark: bool) -> dict[str, Any]:
    axis = bare_axis(names, dark) | {"inverse": True}
    axis["axisLabel"] |= {"interval": 0}
    return axis


def _words(grouping: Grouping, names: tuple[str, ...]) -> str:
    between = np.flatnonzero(grouping.membership.max(axis=1) < _SURE)
    head = f"Soft membership of {len(names)} tasks in {grouping.n_groups} groups."
    if not len(between):
        return f"{head} Every task sits clearly in one group."
    return f"{head} Between groups: {listed([clean(names[task]) for task in between])}."
