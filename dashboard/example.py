"""The built-in examples as runs; the first one is what a visitor sees first."""

from hashlib import sha256
from pathlib import Path

from core import load_example, preset
from core.data import EXAMPLES, Example, assign_roles
from core.runs import Run, State

FIRST = "cohort"
_PREFIX = "example-"


def example_id(key: str = FIRST) -> str:
    """The id of the run of a built-in example; it holds nobody's data, so it may be guessed."""
    return f"{_PREFIX}{key}"


def example_of(run_id: str) -> Example | None:
    """The built-in example that a run is of; None for a visitor's own table."""
    return EXAMPLES.get(run_id.removeprefix(_PREFIX)) if run_id.startswith(_PREFIX) else None


def start_example(root: Path, key: str = FIRST) -> Run:
    """The run of a built-in example under `root`: made where it is not there, and started where
    it never was or its worker died."""
    run = find_example(root, key)
    if is_waiting(run):
        run.start()
    return run


def find_example(root: Path, key: str = FIRST) -> Run:
    """The run of a built-in example under `root`, made where it is not there."""
    path = root / example_id(key)
    return Run(path) if (path / "spec.json").is_file() else _make(key, path)


def is_waiting(run: Run) -> bool:
    """Whether the run is of an example that nobody asked for: it never began or its worker died."""
    status = run.status()
    is_idle = status is None or status.state is State.INTERRUPTED
    return is_idle and example_of(run.id) is not None


def _make(key: str, path: Path) -> Run:
    frame, targets = load_example(key)
    roles = assign_roles(frame, targets=targets)
    digest = sha256(frame.to_csv(index=False).encode()).hexdigest()
    return Run.create(path, frame, roles, preset("quick"), EXAMPLES[key].title, digest)
