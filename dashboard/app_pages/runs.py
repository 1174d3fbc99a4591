"""Runs: what was computed on this machine; open, compare, cancel, resume or delete."""

import streamlit as st

from core.errors import TaskGroupingError
from core.runs import Run, State, list_runs
from dashboard.jobs import start_job, watch_runs
from dashboard.results import decision_of, runs_root
from dashboard.session import address, change_view, view
from dashboard.words import plain, show_error, state_badge


@st.dialog("Delete this run?")
def confirm_delete(run: Run) -> None:
    """Ask before a folder goes."""
    st.text("The copy of the data and every result of this run are removed from disk.")
    if st.button("Delete for good", type="primary", key="really_delete"):
        run.delete()
        if view().run == run.id:
            change_view(run="")
        st.rerun()


def show_row(run: Run) -> None:
    """One run with what can be done to it."""
    spec, status = run.spec, run.status()
    name, state, open_, more = st.columns([5, 2, 1, 1], vertical_alignment="center")
    name.markdown(f"**{plain(spec.name)}**")
    found = f" · {decision}" if (decision := decision_of(run)) else ""
    name.caption(
        f"{spec.n_rows:,} rows · {len(spec.roles['targets'])} tasks · "
        f"{plain(spec.created_at[:16].replace('T', ' '))} UTC · "
        f"data {plain(spec.data_sha256[:8])}{found}"
    )
    with state:
        state_badge(status)
    if not view().draft:
        open_.page_link(
            "app_pages/data.py",
            label="Open",
            icon=":material/arrow_forward:",
            query_params={"run": run.id},
        )
    elif open_.button("Open", key=f"open_{run.id}"):  # the upload is left, whatever its run was
        change_view(run=run.id, draft="")
        st.switch_page("app_pages/data.py", query_params=address())
    if status and status.state.is_live:
        more.button("Cancel", key=f"stop_{run.id}", on_click=run.cancel)
        return
    if more.button("Delete", key=f"delete_{run.id}"):
        confirm_delete(run)
    if status and status.error:
        show_error(status.error)
    if status is None or status.state is not State.DONE:
        label = "Resume" if status else "Start"
        st.button(label, key=f"resume_{run.id}", on_click=start_job, args=(run,))


runs = list_runs(runs_root())
st.caption(f"{len(runs)} run{'s'[: len(runs) != 1]} on this machine, the newest first.")
watch_runs(runs)
for run in runs:
    with st.container(border=True):
        try:
            show_row(run)
        except TaskGroupingError as error:
            show_error(error)
            if st.button("Delete", key=f"delete_{run.id}"):
                confirm_delete(run)
