"""Worker processes as the visitor sees them: started, watched, cancelled, resumed."""

import time

import streamlit as st

from core.errors import TaskGroupingError
from core.runs import MAIN, Run, State, Status
from core.values import Report
from dashboard.example import start_example
from dashboard.results import report_of, runs_root
from dashboard.session import change_view

POLL = "500ms"


def require_report(run: Run) -> Report:
    """The report of a run; while there is none, shows how the work goes and ends the page here."""
    status = run.status()
    if status is None or status.state is not State.DONE:
        show_job(run)
    try:
        return report_of(run)
    except TaskGroupingError:
        if status and status.state is State.DONE:
            st.error("The report of this run is damaged.", icon=":material/error:")
            st.button("Compute it again", on_click=_start, args=(run, MAIN), key="again")
        st.stop()


def show_job(run: Run, job: str = MAIN) -> None:
    """A panel on one job: progress and *cancel* while it works, else what happened and *resume*."""
    status = run.status(job)
    is_live = bool(status and status.state.is_live)

    @st.fragment(run_every=POLL if is_live else None)
    def panel() -> None:
        now = run.status(job)
        if is_live and not (now and now.state.is_live):
            st.rerun()
        _draw(run, job, now)

    panel()


def _draw(run: Run, job: str, status: Status | None) -> None:
    if status is None:
        st.info("Nothing is computed yet.", icon=":material/hourglass_empty:")
        st.button("Start", on_click=_start, args=(run, job), key=f"start_{job}", type="primary")
    elif status.state.is_live:
        seconds = time.time() - status.started_at
        st.progress(status.fraction, text=f"{status.message} · {seconds:.0f} s")
        st.button("Cancel", on_click=run.cancel, args=(job,), key=f"cancel_{job}")
    elif status.state is State.FAILED:
        st.error(status.error, icon=":material/error:")
        st.button("Try again", on_click=_start, args=(run, job), key=f"retry_{job}")
    elif status.state in (State.CANCELLED, State.INTERRUPTED):
        text = f"This run was {status.state} at {status.fraction:.0%}. Finished stages are kept."
        st.warning(text, icon=":material/pause_circle:")
        st.button("Resume", on_click=_start, args=(run, job), key=f"resume_{job}", type="primary")


def open_example(key: str) -> None:
    """Open a built-in example; it is computed where nobody has yet."""
    change_view(run=start_example(runs_root(), key).id, draft="")
    st.rerun()


def _start(run: Run, job: str) -> None:
    try:
        run.start(job)
    except TaskGroupingError as error:
        st.toast(str(error), icon=":material/error:")


def start_job(run: Run, job: str = MAIN) -> None:
    """Start or resume a job; a refusal is shown, never raised."""
    _start(run, job)
