"""Which samples are labelled for which task: tasks down, bins of consecutive rows across."""

from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from core.values import TaskTable
from dashboard.charts.chart import Chart, EChart
from dashboard.charts.echarts_look import bare_axis, fitting, heading
from dashboard.charts.text import clean, listed, percent
from dashboard.theme import CIVIDIS, ink

_MOST_BINS, _ROW, _TALLEST, _LINE = 48, 18, 700, 15


def draw_availability(table: TaskTable, *, dark: bool = False) -> EChart:
    """Share of the rows of each bin that carry a label of each task, in the table's own order."""
    task_names, labels = table.task_names, table.labels
    shares, edges = label_shares(labels)
    height = 130 + int(np.clip(len(task_names) * _ROW, 80, _TALLEST))
    series = {
        "type": "heatmap",
        "encode": {"x": "x", "y": "y", "value": "share"},
        "progressive": 0,
        "itemStyle": {"borderWidth": 0},  # a line a cell would hide the cells of a narrow page
        "tooltip": {"formatter": "<b>{@task}</b><br/>rows {@first} to {@last}: {@shown} labelled"},
    }
    option = {
        "title": heading("Share of rows with a label, by task", dark),
        "animation": False,
        "tooltip": {"confine": True},
        "grid": {"left": 0, "right": 56, "top": 40, "bottom": 26, "containLabel": True},
        "xAxis": bare_axis([f"{edge + 1:,}" for edge in edges[:-1]], dark)
        | _below("row of the table"),
        "yAxis": _down(fitting(task_names), dark),
        "visualMap": _colours(dark),
        "dataset": {"source": _rows(task_names, shares, edges)},
        "series": [series],
    }
    return Chart(option, _words(task_names, labels), height)


def label_shares(
    labels: Float[np.ndarray, "sample task"], bins: int = _MOST_BINS
) -> tuple[Float[np.ndarray, "task bin"], list[int]]:
    """Share of labelled rows in each of at most `bins` runs of rows, and the edges of the runs."""
    count = min(bins, len(labels))
    edges = np.linspace(0, len(labels), count + 1).round().astype(int)
    known = np.isfinite(labels)
    sums = np.add.reduceat(known, edges[:-1], axis=0, dtype=float)
    return (sums / np.diff(edges)[:, None]).T, [int(edge) for edge in edges]


def _rows(
    names: tuple[str, ...], shares: Float[np.ndarray, "task bin"], edges: list[int]
) -> pd.DataFrame:
    task, place = (axis.ravel() for axis in np.indices(shares.shape))
    first, last = np.asarray(edges[:-1]) + 1, np.asarray(edges[1:])
    return pd.DataFrame(
        {
            "x": place,
            "y": task,
            "share": shares.ravel(),
            "shown": [percent(float(share)) for share in shares.ravel()],
            "first": first[place],
            "last": last[place],
            "task": np.array([clean(name) for name in names], dtype=object)[task],
        }
    )


def _down(names: list[str], dark: bool) -> dict[str, Any]:
    """Names of the rows, as many as fit above each other; the others stand in the tooltips."""
    axis = bare_axis(names, dark) | {"inverse": True}
    axis["axisLabel"] |= {"interval": -(-len(names) * _LINE // _TALLEST) - 1}
    return axis


def _below(text: str) -> dict[str, Any]:
    return {"name": text, "nameLocation": "middle", "nameGap": 26}


def _colours(dark: bool) -> dict[str, Any]:
    return {
        "type": "continuous",
        "min": 0,
        "max": 1,
        "dimension": "share",
        "orient": "vertical",
        "right": 0,
        "top": 40,
        "itemHeight": 90,
        "itemWidth": 14,
        "text": ["all", "none"],
        "textStyle": {"color": ink(dark).text},
        "inRange": {"color": list(CIVIDIS)},
    }


def _words(names: tuple[str, ...], labels: Float[np.ndarray, "sample task"]) -> str:
    share = np.isfinite(labels).mean(axis=0)
    head = f"Label availability of {len(names)} tasks over {len(labels):,} rows"
    if (share == 1).all():
        return f"{head}: every row has every label."
    fewest = np.argsort(share, kind="stable")[:3]
    parts = [f"{clean(names[task])} {percent(float(share[task]))}" for task in fewest]
    return f"{head}. Fewest labels: {listed(parts)}."
