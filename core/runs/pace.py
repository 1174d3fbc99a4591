"""How fast this machine is, read off the runs that it has finished."""

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from core.errors import RunError
from core.estimate import START_S, Size, estimate_run, time_machine
from core.plan import Plan
from core.provenance import Source
from core.runs.folder import Run
from core.runs.listing import list_runs
from core.runs.reported import read_document
from core.runs.status import State

MOST_RUNS = 9
"""The newest runs that count (ours): a machine may get other work or other parts."""
BOUNDS = (1 / 20, 20.0)


def pace_here(root: Path) -> float:
    """How many times slower than the reference this machine is: by the runs under `root`, before
    any has finished by a little arithmetic. It is read again whenever a run has begun or ended."""
    return _read_pace(root, tuple(_changed_at(run.status_path()) for run in list_runs(root)))


def _changed_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:  # never started, or deleted meanwhile
        return 0


@lru_cache(maxsize=4)
def _read_pace(root: Path, changed: tuple[int, ...]) -> float:
    return pace_of(list_runs(root)) or time_machine()


def pace_of(runs: Sequence[Run]) -> float | None:
    """How many times longer than the estimate the newest runs took, in the middle; None where no
    run says."""
    found: list[float] = []
    for run in runs:
        if len(found) < MOST_RUNS and (ratio := _ratio(run)) is not None:
            found.append(ratio)
    return float(np.clip(np.median(found), *BOUNDS)) if found else None


def _ratio(run: Run) -> float | None:
    """Measured ÷ estimated seconds of a run that one worker made from a table in memory, from its
    turn to its end."""
    try:
        status = run.status()
        if status is None or status.state is not State.DONE or not _is_whole(run):
            return None
        data = read_document(run)["provenance"]["data"]
        size = Size(data["n_samples"], data["n_features"], len(run.spec.roles["targets"]))
        expected = estimate_run(size, Plan.from_spec(run.spec.plan)).seconds - START_S
        return (status.updated_at - status.started_at) / expected
    except (RunError, OSError, KeyError, TypeError, ValueError):  # a run says nothing, or nonsense
        return None


def _is_whole(run: Run) -> bool:
    """Whether everything was computed in one go: what was found again took no time."""
    if run.source is not Source.TABLE or (run.path / "streamed").is_dir():
        return False
    lines = (run.path / "events.jsonl").read_text(encoding="utf-8").splitlines()
    messages = [json.loads(line)["message"] for line in lines if '"job": "run"' in line]
    return messages.count("reading the data") == 1
