"""How often two tasks stayed in one group when the samples were drawn again."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

from core.values import Grouping
from dashboard.charts.cells import Cells
from dashboard.charts.chart import EChart
from dashboard.charts.matrix import draw_matrix
from dashboard.charts.text import MISSING, percent


def draw_co_assignment(
    grouping: Grouping,
    labels: Int[np.ndarray, " task"],
    task_names: tuple[str, ...],
    order: Sequence[int] | Int[np.ndarray, " task"],
    *,
    dark: bool = False,
) -> EChart:
    """Heatmap of the share of re-runs in which two tasks shared a group, ordered by group.

    Args:
        grouping: what to draw.
        labels: the same groups, numbered as their colours are.
        task_names: the tasks.
        order: task numbers, first row first.
        dark: whether the page is dark.
    """
    cells = Cells(
        names=task_names,
        values=grouping.co_assignment,
        title="Share of re-runs in which two tasks stayed together",
        unit="share",
        tooltip="<b>{@row}</b> · <b>{@column}</b><br/>together in {@in_100} of 100 re-runs",
        missing="not measured",
        extra={"in_100": np.round(100 * grouping.co_assignment)},
        span=(0.0, 1.0),
    )
    stability = percent(grouping.stability)
    inside = "" if stability == MISSING else f" Inside the groups, {stability} on average."
    alt = f"{cells.title}, {len(task_names)} tasks in {grouping.n_groups} groups.{inside}"
    return draw_matrix(cells, order, labels, dark=dark, alt=alt)
