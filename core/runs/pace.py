"""How fast this machine is, read off the runs that it has finished on the same device."""

import json
import time
from collections.abc import Mapping, Sequence, Set
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import RunError
from core.estimate import Size, estimate_run
from core.estimate.unit import START_S
from core.hazard import N_INTERVALS
from core.plan import Plan
from core.provenance import Source
from core.runs.folder import Run
from core.runs.listing import list_runs
from core.runs.reported import read_document
from core.runs.status import State
from core.values import Kind

MOST_RUNS = 9
"""The newest runs that count (ours): a machine may get other work or other parts."""
BOUNDS = (1 / 20, 20.0)
ARITHMETIC_S = 4.9e-4
"""What `time_machine` repeats, where the constants of estimates were measured."""


def pace_here(root: Path, device: str = "cpu") -> float:
    """Seconds of a clock for a second of an estimate: by the runs under `root` that this type of
    device made, before any has finished by a little arithmetic on a thread (for a GPU too, whose
    first run nothing tells of). It is read again whenever a run has begun or ended."""
    runs = list_runs(root)
    return _read_pace(root, tuple(_changed_at(run.status_path()) for run in runs), device)


def _changed_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:  # never started, or deleted meanwhile
        return 0


@lru_cache(maxsize=8)
def _read_pace(root: Path, changed: tuple[int, ...], device: str) -> float:
    return pace_of(list_runs(root), device) or time_machine()


def pace_of(runs: Sequence[Run], device: str = "cpu") -> float | None:
    """How many times longer than the estimate the newest runs of a type of device took, in the
    middle; None where no run says."""
    found: list[float] = []
    for run in runs:
        if len(found) < MOST_RUNS and (ratio := _ratio(run, device)) is not None:
            found.append(ratio)
    return float(np.clip(np.median(found), *BOUNDS)) if found else None


def _ratio(run: Run, device: str) -> float | None:
    """Measured ÷ estimated seconds of a run that one worker made on this device from a table in
    memory, from its turn to its end."""
    try:
        status = run.status()
        if status is None or status.state is not State.DONE or not _is_whole(run):
            return None
        document = read_document(run)
        size = _size(document, set(run.spec.roles["kinds"].values()))
        if document["provenance"]["device"] != device or size is None:
            return None
        expected = estimate_run(size, Plan.from_spec(run.spec.plan)).seconds - START_S
        return (status.updated_at - status.started_at) / expected
    except (RunError, OSError, KeyError, TypeError, ValueError):  # a run says nothing, or nonsense
        return None


def _size(document: Mapping[str, Any], kinds: Set[str]) -> Size | None:
    """The size of the table of a run; None where a report does not tell it, as it counts no
    classes."""
    if Kind.MULTICLASS in kinds:
        return None
    data, labelled = document["provenance"]["data"], [t["n_labelled"] for t in document["tasks"]]
    n_labels = sum(n for n in labelled if isinstance(n, int))  # a small number is not told
    return Size(
        data["n_samples"],
        data["n_features"],
        len(labelled),
        n_classes=N_INTERVALS if Kind.TIME_TO_EVENT in kinds else 1,
        has_own_samples=n_labels <= data["n_samples"],
        shape=tuple(data.get("shape", ())),
    )


def _is_whole(run: Run) -> bool:
    """Whether everything was computed in one go: what was found again took no time."""
    if run.source is not Source.TABLE or (run.path / "streamed").is_dir():
        return False
    lines = (run.path / "events.jsonl").read_text(encoding="utf-8").splitlines()
    messages = [json.loads(line)["message"] for line in lines if '"job": "run"' in line]
    return messages.count("reading the data") == 1


def time_machine(repeats: int = 200) -> float:
    """How many times longer a little arithmetic on one thread takes here, now, than where the
    constants were measured."""
    numbers = np.random.default_rng(0).normal(size=50_000)
    start = time.perf_counter()
    for _ in range(repeats):
        np.sort(np.tanh(numbers))
    return (time.perf_counter() - start) / repeats / ARITHMETIC_S
