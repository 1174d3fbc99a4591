"""`taskscape status`, `cancel` and `report`."""

import json
from pathlib import Path
from typing import Any

import click

from core.errors import RunError
from core.report import make_manifest, render_report, save_report
from core.runs import Run, load_group_names, read_document


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


def write_report_of(path: Path, form: str, output: Path, audience: str) -> None:
    """Write the report of a finished run to `output` (`-` is stdout), whole or not at all.

    What leaves with it is said on stderr.

    Raises:
        MethodError: unknown format or audience.
        RunError: no report yet, one of another plan than the run now asks for, or the path cannot
            be written.
    """
    run = Run(path)
    document, names = read_document(run), load_group_names(run.path)
    content = render_report(document, form, audience, names)
    click.echo(make_manifest(document, form, audience, names).text, err=True)
    save_report(content, output)
    if str(output) != "-":
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
