"""The figures of every page, from values and a view: the pages and `taskscape replay` draw these.

draw_affinity_page(report, table, view)["cells"].figure     an ECharts option or a Plotly figure
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Bool, Int

from core.affinity.pair import count_labels
from core.graph.layout import Places, place_tasks
from core.grouping.order import order_tasks
from core.profile import Profile
from core.trials import Evidence
from core.values import Affinity, Grouping, Points, Projection, Report, TaskTable
from dashboard.charts.affinity_row import draw_affinity_row
from dashboard.charts.chart import Chart, EChart, PlotlyChart
from dashboard.charts.co_assignment import draw_co_assignment
from dashboard.charts.column_colours import colour_column, list_columns
from dashboard.charts.gain_curve import draw_gain_curve
from dashboard.charts.heatmap import draw_affinity
from dashboard.charts.label_table import draw_label_table
from dashboard.charts.landscape_points import draw_points
from dashboard.charts.mean_gains import draw_mean_gains
from dashboard.charts.membership_bars import draw_memberships
from dashboard.charts.point_colours import PointColours, colour_points
from dashboard.charts.profile_bars import draw_profile
from dashboard.charts.selection_curves import draw_selection_curves
from dashboard.charts.task_gains import draw_task_gains
from dashboard.charts.task_graph import draw_task_graph, drawn_edges
from dashboard.charts.text import number
from dashboard.look_up import look_up
from dashboard.view_state import COLOURS, ViewState
from dashboard.words import WAYS

Charts = Mapping[str, Chart[Any]]

AXES = {
    "pca": ("first principal component", "second principal component"),
    "tsne": ("t-SNE 1", "t-SNE 2"),
    "umap": ("UMAP 1", "UMAP 2"),
}


def shown_measure(report: Report, view: ViewState) -> str:
    """The affinity on show: the one asked for, else the one the graph was made from."""
    known = [affinity.measure for affinity in report.affinities]
    return view.measure if view.measure in known else report.affinity.measure


def shown_beside(report: Report, view: ViewState) -> str:
    """The second affinity on show; empty for none."""
    others = {affinity.measure for affinity in report.affinities} - {shown_measure(report, view)}
    return view.beside if view.beside in others else ""


def say_sureness(affinity: Affinity, source: int, target: int) -> str:
    """The interval of a pair, or why there is none."""
    low, high = affinity.low[source, target], affinity.high[source, target]
    if np.isfinite([low, high]).all():
        return f"95 % interval {number(float(low))} to {number(float(high))}"
    gaps = [gap.reason for gap in affinity.gaps if gap.where[source, target]]
    return gaps[0] if gaps else "no interval is known"


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


def draw_affinity_page(
    report: Report, table: TaskTable | None, view: ViewState, *, dark: bool = False
) -> Charts:
    """`cells`, `beside` where two measures are compared, `row` of the pair, and `labels` where the
    run was made from a table."""
    labels, order = report.recommended.grouping.labels, task_order(report, view)
    by_key = {affinity.measure: affinity for affinity in report.affinities}
    shown, beside = shown_measure(report, view), shown_beside(report, view)
    source, target = shown_pair(report, view)
    keys = {"cells": shown} | ({"beside": beside} if beside else {})
    pair = (source, target) if view.pair else None
    names = report.task_names
    charts: dict[str, Chart[Any]] = {
        name: draw_affinity(by_key[key], order, labels, pair=pair, dark=dark)
        for name, key in keys.items()
    }
    charts["row"] = draw_affinity_row(by_key[shown], source, labels, dark=dark)
    if table is not None:
        counts = count_labels(table, source, target)
        charts["labels"] = draw_label_table(counts, (names[source], names[target]), dark=dark)
    return charts


def edges_on_show(report: Report, view: ViewState) -> list[tuple[int, int, float]]:
    """(source, target, similarity) of the edges of the graph, in the order drawn."""
    return drawn_edges(report.graph, minimum=view.minimum_weight)


def draw_graph_page(
    report: Report, view: ViewState, places: Places | None = None, *, dark: bool = False
) -> dict[str, EChart]:
    """`graph`: the pair looked at and the selected tasks stand out; `places` are those of
    `place_tasks`, where they are at hand."""
    chart = draw_task_graph(
        report.graph,
        report.recommended.grouping.labels,
        place_tasks(report.graph) if places is None else places,
        minimum=view.minimum_weight,
        attention=report.embedding.attention if view.show_attention else None,
        pair=shown_pair(report, view) if view.pair else None,
        marked=marked_tasks(report.task_names, view),
        dark=dark,
    )
    return {"graph": chart}


def draw_groups_page(report: Report, view: ViewState, *, dark: bool = False) -> Charts:
    """`curves`, `members` and `together` of the grouping on show, `gain` once there is evidence."""
    shown = look_up(report, view.way, view.n_components)
    names = report.task_names
    order = order_tasks(report.affinity.similarity, shown.grouping.labels)
    charts: dict[str, Chart[Any]] = {
        "members": draw_memberships(shown.grouping, shown.labels, names, dark=dark),
        "together": draw_co_assignment(shown.grouping, shown.labels, names, order, dark=dark),
    }
    if len(shown.choices) > 1:
        charts["curves"] = draw_selection_curves(
            report.groupings, shown.way, shown.n_components, titles=WAYS, dark=dark
        )
    if report.evidence is not None and report.evidence.by_number:
        n_groups = len(np.unique(shown.labels))
        charts["gain"] = draw_gain_curve(report.evidence, n_groups, dark=dark)
    return charts


def shown_colour(points: Points, view: ViewState, table: TaskTable | None) -> str:
    """By what the points are coloured: what was asked for, where the points have it."""
    return view.colour_by if view.colour_by in colours_of(points, table) else "task"


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
    colour_by = shown_colour(points, view, table)
    if colour_by == "column" and table is not None:
        sample = points.sample[flat.index[place]]
        return flat.xy[place], colour_column(table, shown_column(table, view), sample)
    colour_by = colour_by if chosen is not None or colour_by != "selection" else "task"
    labels: Int[np.ndarray, " task"] = report.recommended.grouping.labels
    colours = colour_points(points, flat.index[place], labels, report.task_names, colour_by, chosen)
    return flat.xy[place], colours


def draw_landscape_page(
    report: Report,
    points: Points,
    flat: Projection,
    view: ViewState,
    chosen: Bool[np.ndarray, " point"] | None = None,
    profile: Profile | None = None,
    table: TaskTable | None = None,
    *,
    dark: bool = False,
) -> Charts:
    """`points`, thinned as for a browser without WebGL, and `profile` of the selection."""
    xy, colours = colours_on_show(report, points, flat, view, chosen, table)
    charts: dict[str, Chart[Any]] = {
        "points": draw_points(xy, colours, axes=AXES[flat.method], dark=dark)
    }
    if profile is not None and profile.differences:
        charts["profile"] = draw_profile(profile, dark=dark)
    return charts


def draw_evidence_page(
    evidence: Evidence, view: ViewState, *, dark: bool = False
) -> dict[str, PlotlyChart]:
    """`mean_gains` and `task_gains` of a finished validation; the selected tasks are marked."""
    order = np.lexsort((np.arange(len(evidence.task_names)), evidence.labels))
    return {
        "mean_gains": draw_mean_gains(evidence, dark=dark),
        "task_gains": draw_task_gains(
            evidence, order, marked=marked_tasks(evidence.task_names, view), dark=dark
        ),
    }


def steps_of(choices: Mapping[int, Grouping]) -> list[Grouping]:
    """The groupings of one way, fewest groups first."""
    return [choices[size] for size in sorted(choices)]
