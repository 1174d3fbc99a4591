"""Landscape: the sample-wise optima as points; where tasks pull the model, sample by sample."""

import streamlit as st

from core.errors import RunError
from dashboard.answer import rows_used
from dashboard.components import show_points
from dashboard.end_of_page import end_page
from dashboard.figures import AXES
from dashboard.jobs import offer_again, require_report, stop_while_old
from dashboard.map_controls import pick_map
from dashboard.map_on_the_way import wait_for_map
from dashboard.map_table import show_map_table
from dashboard.more_maps import offer_more_maps
from dashboard.on_show import current_run
from dashboard.point_detail import teller
from dashboard.results import landscape_of, looked_at_of, map_of
from dashboard.selection import Part, SampleSelection
from dashboard.session import change_view, is_dark, view
from dashboard.show_selection import chosen_on_show, show_selection
from dashboard.shown import colours_on_show, points_on_show
from dashboard.source import is_greyed, show_missing
from dashboard.words import sentence


def select(parts: tuple[Part, ...]) -> None:
    """Outlines drawn on the map become the selection that every page sees."""
    change_view(samples=SampleSelection(view().map_method, parts) if parts else None)


run = current_run()
report = require_report(run)
stop_while_old(run)
if is_greyed(run, "landscape"):
    show_missing("landscape")
    end_page()
try:
    landscape = landscape_of(run, run.plan.heads)
except RunError:
    offer_again(run, "landscape")
    end_page()
st.caption(
    "Each point is one sample seen by one task: where that sample would move the shared trunk in "
    "one step of that task. Tasks whose points spread the same way ask for the same model. "
    + rows_used(report)
)
table = looked_at_of(run)
method = pick_map(landscape.points, table)
flat = map_of(run, method)
if flat is None:
    wait_for_map(run, report, landscape, method)
    end_page()

selection = view().samples
is_here = selection is not None and selection.map_method == method
places = points_on_show(landscape.points, flat, report.task_names, view())
xy, colours = colours_on_show(report, landscape.points, flat, view(), chosen_on_show(run), table)
show_points(
    xy,
    colours,
    key=f"points_{run.id}_{method}",
    drawn=selection.parts if selection and is_here else (),
    on_draw=select,
    on_rest=teller(run, report, flat, places),
    dark=is_dark(),
    axes=AXES[method],
)
is_whole = len(flat.index) == landscape.points.n_total
st.caption(
    (f"All {len(flat.index):,} points are shown. " if is_whole else "")
    + f"{flat.trustworthiness:.0%} of the neighbourhoods survived the flattening. "
    + " ".join(sentence(note) for note in (*flat.notes, *landscape.notes))
)
show_map_table(xy, colours, selection if is_here else None)
offer_more_maps(run, report, landscape, method)
show_selection(run, report)
