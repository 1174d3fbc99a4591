"""The labels of two tasks on the samples both are labelled for, counted against each other."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Int

from dashboard.charts.chart import Chart, EChart
from dashboard.charts.echarts_look import bare_axis, heading
from dashboard.charts.text import clean, percent, short
from dashboard.theme import CIVIDIS, ink, text_on


def draw_label_table(
    counts: Int[np.ndarray, "source_class target_class"],
    task_names: Sequence[str],
    class_names: tuple[Sequence[str], Sequence[str]],
    *,
    dark: bool = False,
) -> EChart:
    """Counts and shares of every pair of labels: rows are the first task, columns the second.

    Args:
        counts: samples by label of the first task and label of the second.
        task_names: the two tasks.
        class_names: the labels of each, as many as `counts` has rows and columns.
        dark: whether the page is dark.
    """
    total = int(counts.sum())
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
        "title": heading(f"Labels of both tasks, {total:,} shared samples", dark),
        "animation": False,
        "tooltip": {"show": False},
        "grid": {"left": 26, "right": 10, "top": 40, "bottom": 30, "containLabel": True},
        "xAxis": _axis(task_names[1], class_names[1], dark, flip=False),
        "yAxis": _axis(task_names[0], class_names[0], dark, flip=True),
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
    return Chart(option, _words(counts, task_names, class_names), height)


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


def _words(
    counts: Int[np.ndarray, "source_class target_class"],
    task_names: Sequence[str],
    class_names: tuple[Sequence[str], Sequence[str]],
) -> str:
    rows = "; ".join(
        f"{clean(class_names[0][row])} and {clean(class_names[1][column])}: {counts[row, column]:,}"
        for row, column in np.ndindex(*counts.shape)
    )
    names = " and ".join(clean(name) for name in task_names)
    return f"Labels of {names} on {int(counts.sum()):,} shared samples. {rows}."
