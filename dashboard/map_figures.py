"""Several maps of one landscape as one figure."""

from collections.abc import Mapping
from dataclasses import replace
from functools import reduce

import numpy as np
from jaxtyping import Bool, Int

from core.projection import Aligned, align_map
from core.values import Points, Projection, Report, TaskTable
from dashboard.charts.chart import EChart
from dashboard.charts.map_multiples import Panel, draw_multiples
from dashboard.shown import colours_on_show, points_on_show
from dashboard.view_state import ViewState


def draw_multiples_page(
    report: Report,
    points: Points,
    flats: Mapping[str, Projection],
    view: ViewState,
    chosen: Bool[np.ndarray, " point"] | None = None,
    table: TaskTable | None = None,
    *,
    dark: bool = False,
) -> EChart:
    """The points that several maps share, each map laid over the first of them."""
    maps = list(flats.values())
    shared = reduce(np.intersect1d, (flat.index for flat in maps))
    cut = [replace(flat, index=shared, xy=_places_of(flat, shared)) for flat in maps]
    first, colours = colours_on_show(report, points, cut[0], view, chosen, table)
    place = points_on_show(points, cut[0], report.task_names, view)
    others = (flat.xy[place] for flat in cut[1:])
    laid = [Aligned(first, 1.0), *(align_map(xy, first) for xy in others)]
    panels = [Panel(title, *one) for title, one in zip(flats, laid, strict=True)]
    return draw_multiples(panels, colours, dark=dark)


def _places_of(flat: Projection, index: Int[np.ndarray, " shown"]) -> np.ndarray:
    return np.asarray(flat.xy[np.searchsorted(flat.index, index)])
