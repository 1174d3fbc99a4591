"""Named selections: picked and forgotten in the sidebar, so that every page sees the same one."""

from dataclasses import replace

import streamlit as st

from core.values import Report
from dashboard.charts.text import clean
from dashboard.jobs import try_report
from dashboard.on_show import current_run
from dashboard.results import profile_of
from dashboard.saved_view import keep_view
from dashboard.select_by_value import offer_values
from dashboard.selected import say_selected
from dashboard.selection import LONGEST_NAME, SampleSelection, TaskSelection
from dashboard.session import change_view, view
from dashboard.words import sentence

NOW = "as drawn, without a name"


def show_selections() -> None:
    """Which samples and tasks are selected, on every page; and a form to name some tasks."""
    report = try_report()
    if report is None:
        return
    state = view()
    with st.expander(
        "Selections", icon=":material/select_all:", expanded=bool(state.samples or state.tasks)
    ):
        _pick("Samples", "all samples", "samples")
        if state.samples and (profile := profile_of(current_run(), state.samples)):
            st.caption(sentence(say_selected(profile, state.samples)))
        offer_values(current_run())
        _pick("Tasks", "all tasks", "tasks")
        _offer_tasks(report)


def name_samples() -> None:
    """Give the outlines on show a name, so that they are kept."""
    now = view().samples
    if now is None:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            "Keep this selection as", now.name, max_chars=LONGEST_NAME, key=f"name_{now.name}"
        )
        if st.button("Keep", icon=":material/bookmark:", key="keep_samples") and clean(name):
            named = replace(now, name=clean(name))
            others = [one for one in view().kept_samples if one.name != named.name]
            change_view(samples=named, kept_samples=(*others, named))
            keep_view()
            st.rerun()


def _pick(label: str, nothing: str, field: str) -> None:
    """The selection of one kind on show, none, or another of those kept."""
    now: SampleSelection | TaskSelection | None = getattr(view(), field)
    kept = {one.name: one for one in getattr(view(), f"kept_{field}")}
    options = [nothing, *kept]
    if now is not None and kept.get(now.name) != now:
        options.append(NOW)
    shown = nothing if now is None else now.name if kept.get(now.name) == now else NOW
    if len(options) == 1:
        st.caption(f"{label}: {nothing}")
        return
    picked = st.selectbox(label, options, options.index(shown), key=f"pick_{field}_{options}_{now}")
    if picked != shown:
        change_view(**{field: kept.get(picked)})
        st.rerun()
    if shown in kept and st.button(
        "Forget it", key=f"forget_{field}", help=f"Forget the selection {clean(shown)}"
    ):
        left = tuple(one for name, one in kept.items() if name != shown)
        change_view(**{field: None, f"kept_{field}": left})
        keep_view()
        st.rerun()


def _offer_tasks(report: Report) -> None:
    with st.popover("Select tasks", icon=":material/checklist:", key="select_tasks"):
        st.caption("Every page then shows or marks these tasks.")
        name = st.text_input("Name", max_chars=LONGEST_NAME, key="tasks_name")
        tasks = st.multiselect("Tasks to select", list(report.task_names), key="tasks_picked")
        is_ready = bool(clean(name)) and bool(tasks)
        if st.button("Keep these tasks", disabled=not is_ready, key="keep_tasks"):
            made = TaskSelection(clean(name), tuple(tasks))
            others = [one for one in view().kept_tasks if one.name != made.name]
            change_view(tasks=made, kept_tasks=(*others, made))
            keep_view()
            st.rerun()
