"""`taskscape status`, `cancel` and `report`."""

import json
from pathlib import Path
from typing import Any

import click

from core.errors import MethodError, RunError
from core.runs import Run, replace_text


def show_status(path: Path, as_json: bool) -> None:
    """Print where a run is, as a line or as JSON."""
    run = Run(path)
    found = _status(run)
    if as_json:
        click.echo(json.dumps(found))
    else:
        detail = found["error"] or found["message"]
        click.echo(f"{found['state']}  {found['fraction']:.0%}  {detail}")


def cancel_run(path: Path) -> None:
    """Stop a run and say how it ended; RunError when it was not at work."""
    run = Run(path)
    status = run.status()
    if status is None or not status.state.is_live:
        state = status.state if status else "not started"
        raise RunError(f"The run {run.id} is not at work (it is {state}); nothing to cancel.")
    run.cancel()
    click.echo(_status(run)["state"])


def write_report(path: Path, form: str, output: Path) -> None:
    """Write the report of a finished run to `output` (`-` is stdout), whole or not at all.

    Raises:
        MethodError: unknown format.
        RunError: no report yet, or one of another plan than the run now asks for.
    """
    if form not in ("json",):
        raise MethodError(f"Unknown report format {form!r}; choose one of json.")
    text = _current_report(Run(path))
    if str(output) == "-":
        click.echo(text)
        return
    target = output.resolve()  # a link stays a link
    try:
        if target.exists() and not target.is_file():
            target.write_text(text, encoding="utf-8")  # a device or a pipe
        else:
            replace_text(target, text)
    except OSError as error:
        raise RunError(f"Cannot write {output}: {error.strerror}.") from error
    click.echo(str(output))


def _current_report(run: Run) -> str:
    document = run.path / "report.json"
    if not document.is_file():
        raise RunError(f"The run {run.id} has no report yet; resume it first.")
    try:
        text = document.read_text(encoding="utf-8")
        plan = json.loads(text)["provenance"]["plan"]
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(f"report.json of the run {run.id} is damaged; resume the run.") from error
    if plan != run.spec.plan:
        raise RunError(f"The report of {run.id} is of an earlier plan; resume the run first.")
    return text


def _status(run: Run) -> dict[str, Any]:
    status = run.status()
    if status is None:
        return {
            "run": run.id,
            "state": "new",
            "fraction": 0.0,
            "message": "not started",
            "error": None,
        }
    return {
        "run": run.id,
        "state": str(status.state),
        "fraction": round(status.fraction, 4),
        "message": status.message,
        "error": status.error or None,
    }
