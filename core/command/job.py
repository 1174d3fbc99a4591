"""`taskscape status`, `cancel` and `resume`: which of a run's two jobs they are about.

A run has a job that makes its groups and one that trains them (`validate`); never both at once.
"""

import json
from pathlib import Path
from typing import Any

import click

from core.command.validate import summarise
from core.command.watch import summary, watch
from core.errors import RunError
from core.runs import EVIDENCE, MAIN, Run, State, Status


def show_status(path: Path, as_json: bool) -> None:
    """Print where a run and its validation are, a line each, or as JSON."""
    run = Run(path)
    groups, evidence = run.status(MAIN), run.status(EVIDENCE)
    if as_json:
        told = {"run": run.id, **_told(groups), "validation": evidence and _told(evidence)}
        click.echo(json.dumps(told))
        return
    click.echo(_line(groups))
    if evidence is not None:
        click.echo(f"validation: {_line(evidence)}")


def cancel_run(path: Path) -> None:
    """Stop what a run is at and say how it ended; RunError when it was not at work."""
    run = Run(path)
    for job in (EVIDENCE, MAIN):
        if (status := run.status(job)) and status.state.is_live:
            run.cancel(job)
            click.echo(_told(run.status(job))["state"])
            return
    state = _told(run.status(MAIN))["state"]
    raise RunError(f"The run {run.id} is not at work (it is {state}); nothing to cancel.")


def resume_run(path: Path, as_json: bool) -> int:
    """Start the worker of an existing run again, or of its validation where that was stopped or
    failed after the groups were made; returns the exit status."""
    run = Run(path)
    groups, evidence = run.status(MAIN), run.status(EVIDENCE)
    is_made = groups is not None and groups.state is State.DONE
    if is_made and evidence is not None and evidence.state is not State.DONE:
        return watch(run, as_json, EVIDENCE, summarise)
    return watch(run, as_json, MAIN, summary)


def _line(status: Status | None) -> str:
    told = _told(status)
    return f"{told['state']}  {told['fraction']:.0%}  {told['error'] or told['message']}"


def _told(status: Status | None) -> dict[str, Any]:
    if status is None:
        return {"state": "new", "fraction": 0.0, "message": "not started", "error": None}
    return {
        "state": str(status.state),
        "fraction": round(status.fraction, 4),
        "message": status.message,
        "error": status.error or None,
    }
