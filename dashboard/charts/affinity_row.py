"""One task against all the others, with the 95 % intervals of the bootstrap."""

from typing import Any

import numpy as np
from jaxtyping import Int
from plotly.graph_objects import Figure, Scatter

from core.values import Affinity
from dashboard.charts.chart import Chart, PlotlyChart
from dashboard.charts.measure import measure_title, unit_of
from dashboard.charts.plotly_look import dress
from dashboard.charts.text import clean, number, plotly, short
from dashboard.theme import PLOTLY_SHAPES, group_mark, ink, readable

_ROW = 22
_INTERVAL = ", 95 % interval %{customdata[2]} to %{customdata[3]}"


def draw_affinity_row(
    affinity: Affinity,
    task: int,
    labels: Int[np.ndarray, " task"],
    *,
    limit: int = 40,
    dark: bool = False,
) -> PlotlyChart:
    """A dot and an interval for every other task, the closest on top; the page names the task.

    Args:
        affinity: row `task` of its values is drawn.
        task: number of the task.
        labels: the group of each task.
        limit: draw at most so many tasks; the title says when there are more.
        dark: whether the page is dark.
    """
    ranked = nearest(affinity, task)
    drawn = ranked[:limit]
    figure = Figure()
    for group in sorted({int(labels[other]) for other in drawn}):
        rows = [row for row, other in enumerate(drawn) if labels[other] == group]
        figure.add_trace(_dots(affinity, task, drawn, rows, group, dark))
    unit = f"{unit_of(affinity)}{' as source' if affinity.is_directed else ''}"
    left_out = f", the closest {len(drawn)} of {len(ranked)}" if len(drawn) < len(ranked) else ""
    height = 120 + max(3, len(drawn)) * _ROW
    measure = plotly(measure_title(affinity.measure))
    interval = " with 95 % interval" if np.isfinite(affinity.low[task]).any() else ""
    dress(figure, f"{measure}: {unit}{interval}{left_out}", height, dark)
    figure.update_layout(showlegend=len(set(labels)) < len(labels))  # each alone: names say it all
    figure.update_yaxes(**_names_axis(affinity.task_names, drawn), showgrid=False)
    return Chart(figure, _words(affinity, task, ranked, unit), height)


def nearest(affinity: Affinity, task: int) -> list[int]:
    """The other tasks that share samples with `task`, the closest first."""
    row = affinity.values[task] if affinity.is_distance else -affinity.values[task]
    return [
        int(other) for other in np.argsort(row) if other != task and np.isfinite(row[int(other)])
    ]


def _dots(
    affinity: Affinity, task: int, drawn: list[int], rows: list[int], group: int, dark: bool
) -> Scatter:
    mark = group_mark(group)
    others = [drawn[row] for row in rows]
    value, low, high = (
        np.array([float(bound[task, other]) for other in others])
        for bound in (affinity.values, affinity.low, affinity.high)
    )
    return Scatter(
        x=value,
        y=rows,
        mode="markers",
        name=f"Group {mark.letter}",
        error_x={
            "type": "data",
            "array": np.maximum(np.nan_to_num(high - value), 0.0),
            "arrayminus": np.maximum(np.nan_to_num(value - low), 0.0),
            "color": ink(dark).muted,
            "thickness": 1.5,
            "width": 4,
        },
        marker={
            "size": 11,
            "color": mark.colour,
            "symbol": PLOTLY_SHAPES[mark.shape],
            "line": {"width": 1.5, "color": readable(mark.colour, dark, 4.5)},
        },
        customdata=[
            [plotly(clean(affinity.task_names[other])), *map(number, bounds)]
            for other, *bounds in zip(others, value, low, high, strict=True)
        ],
        hovertemplate=(
            f"%{{customdata[0]}} (group {mark.letter})<br>%{{customdata[1]}}"
            f"{_INTERVAL if np.isfinite(low).any() else ''}<extra></extra>"
        ),
    )


def _names_axis(names: tuple[str, ...], drawn: list[int]) -> dict[str, Any]:
    return {
        "tickmode": "array",
        "tickvals": list(range(len(drawn))),
        "ticktext": [plotly(short(names[other])) for other in drawn],
        "range": [max(3, len(drawn)) - 0.5, -0.5],
    }


def _words(affinity: Affinity, task: int, ranked: list[int], unit: str) -> str:
    name = clean(affinity.task_names[task])
    if not ranked:
        return f"Nothing is known of {name} and any other task."
    first = ranked[0]
    low, high = float(affinity.low[task, first]), float(affinity.high[task, first])
    interval = f" (95 % interval {number(low)} to {number(high)})" if np.isfinite(low) else ""
    return (
        f"{unit.capitalize()} of {name} to {len(ranked)} other tasks. Closest: "
        f"{clean(affinity.task_names[first])}, {number(float(affinity.values[task, first]))}"
        f"{interval}."
    )
