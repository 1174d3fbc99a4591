"""Follow a run from the terminal until its worker stops, then print what it found."""

import sys
import time
from typing import TYPE_CHECKING

import click

from core.command.shell import INTERRUPTED
from core.errors import RunError
from core.ready import Ready
from core.report.chosen import chosen_notes
from core.report.clean import clean
from core.report.letters import letter as letter
from core.runs import MAIN, Run, State, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.values import Report

POLL_S = 0.05
BAR_WIDTH = 24

EXIT = {State.DONE: 0, State.CANCELLED: INTERRUPTED, State.INTERRUPTED: 1}


def watch(
    run: Run,
    as_json: bool,
    job: str = MAIN,
    summarise: "Callable[[Report], str] | None" = None,
    ready: Ready | None = None,
) -> int:
    """Start a worker and show its progress on stderr until it stops; returns the exit status.

    Interrupting (Ctrl-C) cancels the job; what it finished is kept.

    Args:
        run: that is to be worked on.
        as_json: print report.json instead of a summary.
        job: which worker.
        summarise: from the report to the text for a terminal; `summary` when None.
        ready: a process that waits to be the worker, if there is one.
    """
    try:
        run.start(job, ready)
        return _end(run, _follow(run, job), as_json, summarise or summary)
    except KeyboardInterrupt:
        run.cancel(job)
        click.echo(f"\nCancelled; go on with: taskscape resume {run.path}", err=True)
        return EXIT[State.CANCELLED]


def _end(run: Run, last: Status, as_json: bool, summarise: "Callable[[Report], str]") -> int:
    """Print what came of a job; RunError where it failed for a reason that is not ours."""
    if last.state is State.DONE:
        _print_result(run, as_json, summarise)
    elif last.state is State.FAILED and not last.is_our_fault:
        raise RunError(last.error)
    else:
        text = last.error or f"{last.state}; go on with: taskscape resume {run.path}"
        click.echo(f"Error: {text}", err=True)
    return EXIT.get(last.state, 1)


def _follow(run: Run, job: str) -> Status:
    on_terminal = sys.stderr.isatty()
    shown = ""
    while True:
        status = run.status(job)
        if status is None:
            raise RunError(f"The status of {run.path} is gone; was the folder deleted?")
        line = _line(status, on_terminal)
        if line != shown:
            click.echo(f"\r\033[K{line}" if on_terminal else line, err=True, nl=not on_terminal)
            shown = line
        if not status.state.is_live:
            if on_terminal:
                click.echo("", err=True)
            return status
        time.sleep(POLL_S)


def _line(status: Status, on_terminal: bool) -> str:
    if not on_terminal:
        return status.message
    done = round(BAR_WIDTH * status.fraction)
    return f"[{'█' * done}{'░' * (BAR_WIDTH - done)}] {status.fraction:4.0%} {status.message}"


def _print_result(run: Run, as_json: bool, summarise: "Callable[[Report], str]") -> None:
    if as_json:
        click.echo((run.path / "report.json").read_text(encoding="utf-8").rstrip())
        return
    click.echo(summarise(run.report()))
    click.echo(f"\nRun: {run.path}   (taskscape opens the dashboard on it)")


def summary(report: "Report") -> str:
    """The answer as a short table for a terminal."""
    best = report.recommended.grouping
    rows = [
        f"{letter(i):>5}  {', '.join(map(clean, group))}"
        for i, group in enumerate(best.groups(report.task_names))
    ]
    notes = chosen_notes(report)
    kind = "distance" if report.affinity.is_distance else "similarity"
    return "\n".join(
        [
            f"{len(report.tasks)} tasks · {report.affinity.measure} {kind} · "
            f"decision: {report.recommended.decision}",
            report.recommended.reason,
            "",
            "Group  Tasks",
            *rows,
            *("", *(f"Note: {note}" for note in notes)) * bool(notes),
        ]
    )
