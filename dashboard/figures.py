"""The figures of every page, from values and a view: the pages and `taskscape replay` draw these.

draw_affinity_page(report, table, view)["cells"].figure     an ECharts option or a Plotly figure
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Bool

from core.affinity.pair import count_labels
from core.graph.layout import Places, place_tasks
from core.grouping.order import order_tasks
from core.selection.profile import Profile
from core.trials import Evidence
from core.values import Points, Projection, Report, TaskTable
from dashboard.charts.affinity_row import draw_affinity_row
from dashboard.charts.chart import Chart, EChart, PlotlyChart
from dashboard.charts.co_assignment import draw_co_assignment
from dashboard.charts.gain_curve import draw_gain_curve
from dashboard.charts.heatmap import draw_affinity
from dashboard.charts.label_table import draw_label_table
from dashboard.charts.landscape_points import draw_points
from dashboard.charts.mean_gains import draw_mean_gains
from dashboard.charts.membership_bars import draw_memberships
from dashboard.charts.profile_bars import draw_profile
from dashboard.charts.selection_curves import draw_selection_curves
from dashboard.charts.task_gains import draw_task_gains
from dashboard.charts.task_graph import draw_task_graph
from dashboard.look_up import look_up
from dashboard.shown import (
    colours_on_show,
    marked_tasks,
    shown_beside,
    shown_measure,
    shown_pair,
    task_order,
)
from dashboard.view_state import ViewState
from dashboard.words import WAYS

Charts = Mapping[str, Chart[Any]]

AXES = {
    "pca": ("first principal component", "second principal component"),
    "tsne": ("t-SNE 1", "t-SNE 2"),
    "umap": ("UMAP 1", "UMAP 2"),
}


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
    """`curves` of all groupings, `members` and `together` of the groups on show, `gain` once there
    is evidence."""
    shown = look_up(report, view.way, view.n_components)
    charts: dict[str, Chart[Any]] = {}
    if not shown.is_alone:
        names = report.task_names
        order = order_tasks(report.affinity.similarity, shown.grouping.labels)
        charts |= {
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
