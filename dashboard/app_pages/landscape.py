"""Landscape: the sample-wise optima as points; where tasks pull the model, sample by sample."""

import streamlit as st

from core.errors import RunError
from core.projection import PROJECTIONS
from dashboard.answer import rows_used
from dashboard.charts.point_colours import colour_points
from dashboard.components import show_points
from dashboard.jobs import offer_again, require_report, show_job, stop_while_old
from dashboard.results import current_run, landscape_of, map_of
from dashboard.session import bound, is_dark
from dashboard.tables import selection_rows
from dashboard.widgets import pick_one
from dashboard.words import sentence

AXES = {
    "pca": ("first principal component", "second principal component"),
    "tsne": ("t-SNE 1", "t-SNE 2"),
    "umap": ("UMAP 1", "UMAP 2"),
}

run = current_run()
report = require_report(run)
stop_while_old(run)
try:
    landscape = landscape_of(run, run.plan.heads)
except RunError:
    offer_again(run, "landscape")
    st.stop()
st.caption(
    "Each point is one sample seen by one task: where that sample would move the shared trunk in "
    "one step of that task. Tasks whose points spread the same way ask for the same model. "
    + rows_used(report)
)
with st.container(horizontal=True, gap="large"):
    method = pick_one(
        "Map",
        list(PROJECTIONS.methods),
        format_func=lambda key: PROJECTIONS.methods[key].title,
        **bound("map_method"),
    )
    colour_by = pick_one("Colour by", ["task", "group", "label", "loss"], **bound("colour_by"))
flat = map_of(run, method)
if flat is None:
    st.info(
        f"{PROJECTIONS.methods[method].title} takes seconds to minutes; you can leave this page.",
        icon=":material/hourglass_empty:",
    )
    show_job(run, method)
    st.stop()

labels = report.recommended.grouping.labels
colours = colour_points(landscape.points, flat.index, labels, report.task_names, colour_by)
polygon = show_points(
    flat.xy, colours, key=f"points_{run.id}_{method}", dark=is_dark(), axes=AXES[method]
)
is_whole = len(flat.index) == landscape.points.n_total
st.caption(
    (f"All {len(flat.index):,} points are shown. " if is_whole else "")
    + f"{flat.trustworthiness:.0%} of the neighbourhoods survived the flattening. "
    + " ".join(sentence(note) for note in flat.notes)
)
if polygon:
    st.subheader("Your selection")
    st.dataframe(
        selection_rows(landscape.points, flat, polygon, report.task_names),
        hide_index=True,
        alt="How many selected points each task has, against its share of all points",
    )
else:
    st.caption("Draw around points to see which tasks they belong to.")
