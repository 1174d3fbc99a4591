"""Worker processes as the visitor sees them: started, watched, cancelled, resumed."""

import time

import streamlit as st

from core.errors import RunError, TaskGroupingError
from core.runs import EVIDENCE, MAIN, Run, State, Status
from core.runs.incoming import find_draft
from core.values import Report
from dashboard.end_of_page import end_page
from dashboard.example import FIRST, is_waiting, start_example
from dashboard.on_show import current_run, runs_root
from dashboard.results import report_of
from dashboard.session import address, change_view, is_drawn, view
from dashboard.words import in_a_sentence, plain, sentence, show_error

POLL = "500ms"
_NAMES = {MAIN: "run", EVIDENCE: "training"}
_KEPT = {MAIN: " Finished stages are kept.", EVIDENCE: " What is trained is kept."}


def try_report() -> Report | None:
    """The report of the run on show; None while it has none, or an upload is being prepared."""
    try:
        return None if view().draft else report_of(current_run())
    except RunError:
        return None


def require_report(run: Run) -> Report:
    """The report of a run; while there is none, shows how the work goes and ends the page here."""
    return find_report(run) or end_page()


def find_report(run: Run) -> Report | None:
    """The last report of a run, None where there is none; above it, how the work goes."""
    if not (is_done := _state(run) is State.DONE):
        show_job(run)
    try:
        report = report_of(run)
        if not is_done:
            st.caption("What you see is the last finished answer.")
        return report
    except TaskGroupingError:
        if is_done:
            offer_again(run, "report")
        return None


def offer_again(run: Run, what: str) -> None:
    """Say that a result of a finished run cannot be read; what can be is kept, the rest made."""
    show_error(f"The {what} of this run is missing or damaged; compute it again.")
    st.button("Compute again", on_click=start_job, args=(run,), key="again")


def stop_while_old(run: Run) -> None:
    """End the page where the last report does not belong to what the run is asked for now."""
    if _state(run) is not State.DONE:
        end_page()


def is_at_work(run: Run, job: str = MAIN) -> bool:
    """Whether a worker has this job in hand."""
    state = _state(run, job)
    return state is not None and state.is_live


def show_job(run: Run, job: str = MAIN) -> None:
    """How a job goes: progress and *cancel* while it works, else what happened and *resume*.

    A built-in example begins once the browser has drawn the page, so that the two do not fight
    for the processor.
    """
    status = run.status(job)
    is_live = bool(status and status.state.is_live)
    if is_live or (job == MAIN and is_waiting(run)):
        _watch(run, job, is_live)
        if is_live:  # no part of what is drawn again and again: the click is heard at once
            st.button("Cancel", on_click=run.cancel, args=(job,), key=f"cancel_{job}")
    else:
        _say_where(run, job, status)


def _watch(run: Run, job: str, is_live: bool) -> None:
    """The progress of a job that is at work, or begins as soon as the page is drawn."""

    @st.fragment(run_every=POLL)
    def panel() -> None:
        if not is_live and is_drawn(run.id):
            start_job(run)
        status = run.status(job)
        if bool(status and status.state.is_live) != is_live:  # begun or ended: draw the page
            st.rerun()
        if status and is_live:
            seconds = max(0.0, time.time() - status.started_at)
            st.progress(status.fraction, text=f"{plain(status.message)} · {seconds:.0f} s")
        else:
            st.progress(0.0, text="The example is computed now.")

    panel()


def was_started(run: Run, job: str) -> bool:
    """Whether a job is at work, or was and has not ended well."""
    return _state(run, job) not in (None, State.DONE)


def start_job(run: Run, job: str = MAIN) -> None:
    """Start or resume a job; a refusal is shown, never raised."""
    try:
        run.start(job)
    except (TaskGroupingError, OSError) as error:
        st.toast(sentence(in_a_sentence(error)), icon=":material/error:")


def open_example(key: str = FIRST) -> None:
    """Open a built-in example; it is computed where nobody has yet."""
    change_view(run=start_example(runs_root(), key).id, draft="")


def _state(run: Run, job: str = MAIN) -> State | None:
    status = run.status(job)
    return status.state if status else None


def _say_where(run: Run, job: str, status: Status | None) -> None:
    """What became of a job that is not at work, and how it goes on."""
    what = _NAMES.get(job, "map")
    if status is None or status.state is State.DONE:  # done, but for what was asked before
        st.info(f"This {what} is not computed yet.", icon=":material/hourglass_empty:")
        _button("Compute it", run, job, f"start_{job}")
    elif status.state is State.FAILED:
        show_error(status.error)
        with st.container(horizontal=True):
            _button("Try again", run, job, f"retry_{job}")
            if job == MAIN and (draft := find_draft(run.path)):
                _offer_columns(draft.name)
    else:
        kept = _KEPT.get(job, "")
        text = f"This {what} was {status.state} at {status.fraction:.0%}.{kept}"
        st.warning(text, icon=":material/pause_circle:")
        _button("Resume", run, job, f"resume_{job}")


def _offer_columns(draft: str) -> None:
    """Back to the columns of a large table whose rows could not be read as they were asked for."""
    if st.button("Change the columns", key="change_columns"):
        change_view(run="", draft=draft)
        st.switch_page("app_pages/data.py", query_params=address())


def _button(label: str, run: Run, job: str, key: str) -> None:
    st.button(label, on_click=start_job, args=(run, job), key=key, type="primary")
