"""The same map with other seeds, or from other starts of the landscape: what they share is the
data's, the rest is chance."""

import streamlit as st

from core.provenance import Source
from core.runs import MORE_SEEDS, MORE_STARTS, STARTS_ON, Run
from core.values import Landscape, Report
from dashboard.components import show_chart
from dashboard.jobs import is_at_work, show_job, start_job
from dashboard.map_figures import draw_multiples_page
from dashboard.results import looked_at_of, map_of
from dashboard.session import bound, is_dark, view
from dashboard.show_selection import chosen_on_show


def other_maps(run: Run, method: str) -> dict[str, str]:
    """The jobs of the maps to stand beside this one, and what each is called."""
    if method != STARTS_ON:
        seeds = range(1, MORE_SEEDS + 1)
        return {f"{method}-{more}": f"Seed {run.plan.seed + more}" for more in seeds}
    if run.source is not Source.TABLE:
        return {}
    starts = range(1, min(MORE_STARTS + 1, run.plan.landscape.starts))
    return {f"{method}-start-{number}": f"Start {number + 1}" for number in starts}


def offer_more_maps(run: Run, report: Report, landscape: Landscape, method: str) -> None:
    """A switch for the maps beside this one; they are computed when asked for."""
    jobs = other_maps(run, method)
    if not jobs:
        return
    is_start = method == STARTS_ON
    st.toggle(f"Other {'starts' if is_start else 'seeds'} beside it", **bound("more_seeds"))
    if not view().more_seeds:
        return
    first = "Start 1" if is_start else f"Seed {run.plan.seed}"
    found = {first: map_of(run, method)} | {title: map_of(run, job) for job, title in jobs.items()}
    there = {title: flat for title, flat in found.items() if flat is not None}
    missing = [job for job in jobs if found[jobs[job]] is None]
    for job in missing:
        if is_at_work(run, job):
            show_job(run, job)
    idle = [job for job in missing if not is_at_work(run, job)]
    if idle:
        names = ", ".join(jobs[job] for job in idle)
        st.button(f"Compute {names}", on_click=_start, args=(run, idle), key="start_more")
    if len(there) > 1:
        shown = (landscape.points, there, view(), chosen_on_show(run), looked_at_of(run))
        chart = draw_multiples_page(report, *shown, dark=is_dark())
        show_chart(chart, key=f"more_{run.id}_{method}")
        st.caption(_explain(is_start, first))


def _explain(is_start: bool, first: str) -> str:
    what = "random start of the network" if is_start else "seed of the map"
    return (
        f"Each panel is another {what}, turned and scaled onto {first}; “alike” is the share of "
        "its spread that they have in common. What every panel shows is in the data, the rest is "
        "chance."
    )


def _start(run: Run, jobs: list[str]) -> None:
    for job in jobs:
        start_job(run, job)
