"""Runs: what was computed on this machine; open, compare, cancel, resume or delete."""

import streamlit as st

from core.errors import TaskGroupingError
from core.runs import Run, list_runs
from dashboard.jobs import start_job
from dashboard.results import runs_root
from dashboard.session import change_view, view
from dashboard.words import decision_of, plain, state_badge


def open_run(run: Run) -> None:
    """Make a run the one on show."""
    change_view(run=run.id, draft="")


@st.dialog("Delete this run?")
def confirm_delete(run: Run) -> None:
    """Ask before a folder goes."""
    st.text(f"{run.spec.name}: the data copy and every result of this run are removed from disk.")
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
        f"{spec.n_rows:,} rows · {len(spec.roles['targets'])} tasks · {spec.created_at[:16]} UTC · "
        f"data {spec.data_sha256[:8]}{found}"
    )
    with state:
        state_badge(status)
    open_.button("Open", key=f"open_{run.id}", on_click=open_run, args=(run,))
    if status and status.state.is_live:
        more.button("Cancel", key=f"stop_{run.id}", on_click=run.cancel)
    elif more.button("Delete", key=f"delete_{run.id}", icon=":material/delete:"):
        confirm_delete(run)
    if status and not status.state.is_live and status.error:
        st.error(plain(status.error), icon=":material/error:")
    if status and status.state in ("cancelled", "interrupted", "failed"):
        st.button("Resume", key=f"resume_{run.id}", on_click=start_job, args=(run,))


runs = list_runs(runs_root())
st.caption(f"{len(runs)} runs on this machine, the newest first.")
for run in runs:
    with st.container(border=True):
        try:
            show_row(run)
        except TaskGroupingError as error:
            st.error(str(error), icon=":material/error:")
