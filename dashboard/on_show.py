"""Which runs this server shows, and which of them the visitor looks at."""

import os
from pathlib import Path

from core.errors import RunError
from core.runs import Run
from dashboard.example import example_id
from dashboard.session import view

RUNS_VARIABLE = "TASKSCAPE_RUNS"


def runs_root() -> Path:
    """The folder whose runs this server shows."""
    return Path(os.environ.get(RUNS_VARIABLE, "runs")).resolve()


def find_run(run_id: str) -> Run:
    """The run with this id; RunError when there is none (ids never leave the runs folder)."""
    is_plain = run_id == Path(run_id).name and not run_id.startswith(".")
    try:
        if is_plain:
            return Run(runs_root() / run_id)
    except (RunError, OSError):  # no run, or no name a folder can have
        pass
    raise RunError(f"There is no run {run_id[:40]!r} here; pick one on the page Runs.")


def current_run() -> Run:
    """The run on show; RunError where there is none."""
    if view().run:
        return find_run(view().run)
    try:
        return find_run(example_id())
    except RunError as error:
        raise RunError(
            "No run is open; upload a table or open an example on the page Data."
        ) from error
