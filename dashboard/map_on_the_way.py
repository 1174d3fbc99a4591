"""Maps that are still being made."""

import streamlit as st

from core.projection import PROJECTIONS
from core.runs import Run, load_partial
from core.values import Landscape, Projection, Report
from dashboard.components import show_points
from dashboard.figures import AXES
from dashboard.jobs import is_at_work, show_job
from dashboard.results import looked_at_of
from dashboard.session import is_dark, view
from dashboard.show_selection import chosen_on_show
from dashboard.shown import colours_on_show

DRAW_EVERY = "2s"


def wait_for_map(run: Run, report: Report, landscape: Landscape, job: str) -> None:
    """How the job of a map goes and, as far as it is laid out, the map itself."""
    title = PROJECTIONS.methods[job.partition("-")[0]].title
    st.info(
        f"{title} takes seconds to minutes; you can leave this page.",
        icon=":material/hourglass_empty:",
    )
    show_job(run, job)
    if not is_at_work(run, job):
        return

    @st.fragment(run_every=DRAW_EVERY)
    def so_far() -> None:
        flat = load_partial(run.path, job)
        if flat is not None:
            st.caption("So far; it still moves.")
            _draw(run, report, landscape, flat, f"so_far_{run.id}_{job}", 420)

    so_far()


def _draw(
    run: Run, report: Report, landscape: Landscape, flat: Projection, key: str, height: int
) -> None:
    chosen = chosen_on_show(run)
    xy, colours = colours_on_show(report, landscape.points, flat, view(), chosen, looked_at_of(run))
    axes = AXES[flat.method]
    show_points(xy, colours, key=key, dark=is_dark(), axes=axes, height=height)
