"""The labels of two tasks on the samples both are labelled for, counted against each other."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.affinity.pair import LabelTable
from dashboard.charts.chart import Chart, EChart
from dashboard.charts.echarts_look import bare_axis, heading
from dashboard.charts.text import clean, percent, short
from dashboard.theme import CIVIDIS, ink, text_on


def draw_label_table(table: LabelTable, task_names: Sequence[str], *, dark: bool = False) -> EChart:
    """Counts and shares of every pair of labels.

    Args:
        table: counts by label of the first task (rows) and of the second (columns).
        task_names: the two tasks.
        dark: whether the page is dark.
    """
    counts, total = table.counts, table.n_shared
    most = max(1, int(counts.max(initial=0)))
    cells = [
        _cell(row, column, int(counts[row, column]), total, most)
        for row, column in np.ndindex(*counts.shape)
    ]
    series = {
        "type": "heatmap",
        "data": cells,
        "itemStyle": {"borderColor": ink(dark).surface, "borderWidth": 2},
    }
    option = {
        "title": heading(f"Labels of both tasks, {total:,} training rows", dark),
        "animation": False,
        "tooltip": {"show": False},
        "grid": {"left": 44, "right": 10, "top": 40, "bottom": 30, "containLabel": True},
        "xAxis": _axis(task_names[1], table.target_classes, dark, flip=False),
        "yAxis": _axis(task_names[0], table.source_classes, dark, flip=True),
        "visualMap": {
            "show": False,
            "min": 0,
            "max": most,
            "dimension": 2,
            "inRange": {"color": list(CIVIDIS)},
        },
        "series": [series],
    }
    height = 120 + 64 * counts.shape[0]
    return Chart(option, _words(table, task_names), height)


def _cell(row: int, column: int, count: int, total: int, most: int) -> dict[str, Any]:
    share = percent(count / total) if total else percent(float("nan"))
    shade = CIVIDIS[round((len(CIVIDIS) - 1) * count / most)]
    label = {
        "show": True,
        "formatter": f"{count:,}\n{share}",
        "color": text_on(shade),
        "textBorderWidth": 0,
        "fontSize": 13,
        "lineHeight": 17,
    }
    return {"value": [column, row, count], "label": label}


def _axis(task: str, classes: Sequence[str], dark: bool, *, flip: bool) -> dict[str, Any]:
    return bare_axis([short(name, 18) for name in classes], dark) | {
        "inverse": flip,
        "name": short(task),
        "nameLocation": "middle",
        "nameGap": 34 if flip else 26,
        "nameRotate": 90 if flip else 0,
        "nameTextStyle": {"fontWeight": 600, "color": ink(dark).text},
    }


def _words(table: LabelTable, task_names: Sequence[str]) -> str:
    rows = "; ".join(
        f"{clean(table.source_classes[row])} and {clean(table.target_classes[column])}: "
        f"{table.counts[row, column]:,}"
        for row, column in np.ndindex(*table.counts.shape)
    )
    names = " and ".join(clean(name) for name in task_names)
    return f"Labels of {names} on {table.n_shared:,} training rows that have both. {rows}."
