"""Maps that are still being made, and the same map with other seeds."""

import streamlit as st

from core.projection import PROJECTIONS
from core.runs import MORE_SEEDS, Run, load_partial
from core.values import Landscape, Projection, Report
from dashboard.components import show_points
from dashboard.figures import AXES, colours_on_show
from dashboard.jobs import is_at_work, show_job, start_job
from dashboard.results import chosen_of, map_of
from dashboard.session import bound, is_dark, view

SMALL = 300
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


def offer_more_seeds(run: Run, report: Report, landscape: Landscape, method: str) -> None:
    """The same map with other seeds beside it: what they share is the data's, the rest chance."""
    if method == "pca":  # no chance in it
        return
    st.toggle("Other seeds beside it", **bound("more_seeds"))
    if not view().more_seeds:
        return
    jobs = [f"{method}-{more}" for more in range(1, MORE_SEEDS + 1)]
    for column, job in zip(st.columns(MORE_SEEDS), jobs, strict=True):
        with column:
            st.caption(f"Seed {run.plan.seed + int(job.partition('-')[2])}")
            flat = map_of(run, job)
            if flat is None:
                show_job(run, job)
            else:
                _draw(run, report, landscape, flat, f"points_{run.id}_{job}", SMALL)
    missing = [job for job in jobs if map_of(run, job) is None and not is_at_work(run, job)]
    if len(missing) > 1:
        st.button("Compute both", on_click=_start, args=(run, missing), key="start_seeds")
    st.caption("Islands that every seed shows are in the data. An outline counts on the first map.")


def _draw(
    run: Run, report: Report, landscape: Landscape, flat: Projection, key: str, height: int
) -> None:
    selection = view().samples
    chosen = chosen_of(run, selection) if selection else None
    xy, colours = colours_on_show(report, landscape.points, flat, view(), chosen)
    axes = AXES[flat.method]
    show_points(xy, colours, key=key, dark=is_dark(), axes=axes, height=height)


def _start(run: Run, jobs: list[str]) -> None:
    for job in jobs:
        start_job(run, job)
