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
    """Write the report of a finished run to `output`, whole or not at all."""
    if form not in ("json",):
        raise MethodError(f"Unknown report format {form!r}; choose one of json.")
    run = Run(path)
    document = run.path / "report.json"
    if not document.is_file():
        raise RunError(f"The run {run.id} has no report yet; resume it first.")
    try:
        replace_text(output, document.read_text(encoding="utf-8"))
    except OSError as error:
        raise RunError(f"Cannot write {output}: {error.strerror}.") from error
    click.echo(str(output))


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
