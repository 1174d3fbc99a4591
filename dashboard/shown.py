"""What a view shows of a report: what it asks for where the report has it, else where pages begin.

shown_measure(report, view)     the key of an affinity of the report, whatever the view says
"""

from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Int

from core.grouping.order import order_tasks
from core.values import Points, Projection, Report, TaskTable
from dashboard.charts.column_colours import colour_column, list_columns
from dashboard.charts.point_colours import PointColours, colour_points
from dashboard.charts.task_graph import drawn_edges
from dashboard.view_state import COLOURS, ViewState

MOST_TOLD_APART = 24
"""Tasks in one picture whose colours and shapes an eye can still tell apart (ours)."""


def shown_measure(report: Report, view: ViewState) -> str:
    """The affinity on show: the one asked for, else the one the graph was made from."""
    known = [affinity.measure for affinity in report.affinities]
    return view.measure if view.measure in known else report.affinity.measure


def shown_beside(report: Report, view: ViewState) -> str:
    """The second affinity on show; empty for none."""
    others = {affinity.measure for affinity in report.affinities} - {shown_measure(report, view)}
    return view.beside if view.beside in others else ""


def shown_pair(report: Report, view: ViewState) -> tuple[int, int]:
    """The numbers of the two tasks looked at in detail; the first two where none were picked."""
    names = report.task_names
    if view.pair and set(view.pair) <= set(names):
        return names.index(view.pair[0]), names.index(view.pair[1])
    return 0, 1


def marked_tasks(task_names: tuple[str, ...], view: ViewState) -> Bool[np.ndarray, " task"]:
    """Which tasks the selection on show names; none where there is no selection of tasks."""
    wanted = view.tasks.tasks if view.tasks else ()
    return np.array([name in wanted for name in task_names], dtype=bool)


def task_order(report: Report, view: ViewState) -> Int[np.ndarray, " task"]:
    """The tasks of the heatmap, group after group; the selected ones where two or more are."""
    order = order_tasks(report.affinity.similarity, report.recommended.grouping.labels)
    marked = marked_tasks(report.task_names, view)
    return order[marked[order]] if marked.sum() > 1 else order


def edges_on_show(report: Report, view: ViewState) -> list[tuple[int, int, float]]:
    """(source, target, similarity) of the edges of the graph, in the order drawn."""
    return drawn_edges(report.graph, minimum=view.minimum_weight)


def shown_colour(points: Points, view: ViewState, table: TaskTable | None) -> str:
    """By what the points are coloured: what was asked for, where the points have it; else the
    task, or the group where there are more tasks than colours to tell them by."""
    if view.colour_by in colours_of(points, table):
        return view.colour_by
    return "task" if points.task.max(initial=0) < MOST_TOLD_APART else "group"


def colours_of(points: Points, table: TaskTable | None) -> tuple[str, ...]:
    """What the points can be coloured by; a recording may have no labels and has no columns."""
    has = {
        "label": bool(np.isfinite(points.label).any()),
        "column": table is not None and bool(table.feature_names),
    }
    return tuple(one for one in COLOURS if has.get(one, True))


def shown_column(table: TaskTable, view: ViewState) -> str:
    """The column that points are coloured by."""
    columns = list_columns(table)
    return view.column if view.column in columns else next(iter(columns))


def points_on_show(
    points: Points, flat: Projection, task_names: tuple[str, ...], view: ViewState
) -> Int[np.ndarray, " shown"]:
    """Places in the map of the points drawn: those of the selected tasks, else all."""
    marked = marked_tasks(task_names, view)
    return np.flatnonzero(marked[points.task[flat.index]] | (not marked.any()))


def colours_on_show(
    report: Report,
    points: Points,
    flat: Projection,
    view: ViewState,
    chosen: Bool[np.ndarray, " point"] | None,
    table: TaskTable | None = None,
) -> tuple[np.ndarray, PointColours]:
    """Coordinates and colours of the points drawn on the landscape.

    Args:
        report: for the groups.
        points: of the landscape.
        flat: the map.
        view: what is looked at.
        chosen: one flag a point of the landscape, where samples are selected.
        table: whose rows the points number, where it is at hand.
    """
    place = points_on_show(points, flat, report.task_names, view)
    is_chosen = chosen is not None or view.colour_by != "selection"
    colour_by = shown_colour(points, view if is_chosen else replace(view, colour_by=""), table)
    if colour_by == "column" and table is not None:
        sample = points.sample[flat.index[place]]
        return flat.xy[place], colour_column(table, shown_column(table, view), sample)
    labels: Int[np.ndarray, " task"] = report.recommended.grouping.labels
    colours = colour_points(points, flat.index[place], labels, report.task_names, colour_by, chosen)
    return flat.xy[place], colours
