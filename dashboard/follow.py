"""What changed on disk since the page was drawn: another tab, a visitor or a terminal was at work.

A fragment that draws nothing looks at a few small files every few seconds, and draws the page again
where a job began or ended or there is something new to read. A page that nothing happens to stays
as it is, and a browser slows the clock of a tab that nobody sees.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import streamlit as st

from core.errors import TaskGroupingError
from core.runs import MAIN, Run, State, list_runs
from dashboard.jobs import is_at_work
from dashboard.on_show import current_run, runs_root
from dashboard.session import view

SOON, LATER = "1s", "2.7s"
"""Between two looks: while something is at work, and while nothing is. No multiple of a job's own
look: where two fragments ask for the whole page at one moment, parts of it were lost (one in ten
times on the page Runs, Streamlit 1.67), so a page has one follower, and it looks in between."""
_READ = ("spec.json", "names.json", "report.json", "stages/evidence.npz")
"""Name and plan, names of groups, results: what changes beside the state of a job."""
Mark: TypeAlias = tuple[object, ...]


def follow_run() -> None:
    """Draw the page again when the run on show changes; an upload that has none yet is nobody
    else's."""
    if not view().draft:
        _follow(_mark_shown, LATER)


def follow_runs(runs: tuple[Run, ...]) -> None:
    """Draw the page again when a run starts, ends, moves up in its line, comes, goes or is named
    otherwise."""
    _follow(_mark_all, SOON if any(is_at_work(run) for run in runs) else LATER)


def _follow(mark: Callable[[], Mark], every: str) -> None:
    drawn = mark()

    @st.fragment(run_every=every)
    def look() -> None:
        if mark() != drawn:
            st.rerun()

    look()


def _mark_shown() -> Mark:
    try:
        run = current_run()
    except TaskGroupingError:
        return ()
    jobs = (MAIN, *sorted(path.stem for path in run.path.glob("jobs/*.json")))
    written = tuple(_written_at(run.path / name) for name in _READ)
    return (run.id, tuple((job, _phase(run, job)) for job in jobs), written)


def _mark_all() -> Mark:
    return tuple(
        (run.id, *_place(run), _written_at(run.path / "spec.json"))
        for run in list_runs(runs_root())
    )


def _phase(run: Run, job: str) -> str:
    """The state of a job; all that a worker goes through while it is at it are one, which the
    panel of the job follows."""
    status = run.status(job)
    if status is None:
        return ""
    return "at work" if status.state.is_live else status.state


def _place(run: Run) -> tuple[State | None, str]:
    """The state of a run, and how many it waits for."""
    status = run.status()
    if status is None:
        return None, ""
    return status.state, status.message if status.state is State.QUEUED else ""


def _written_at(path: Path) -> int:
    """When a file was last replaced; 0 where there is none."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
