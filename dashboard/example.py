"""The built-in examples as runs; the first one is what a visitor sees first."""

from hashlib import sha256
from pathlib import Path

from core import load_example, preset
from core.data import assign_roles
from core.runs import Run

FIRST = "cohort"


def example_id(key: str = FIRST) -> str:
    """The id of the run of a built-in example; it holds nobody's data, so it may be guessed."""
    return f"example-{key}"


def start_example(root: Path, key: str = FIRST) -> Run:
    """The run of a built-in example under `root`; made and started where it is not there."""
    path = root / example_id(key)
    run = Run(path) if (path / "spec.json").is_file() else _make(key, path)
    if run.status() is None:
        run.start()
    return run


def _make(key: str, path: Path) -> Run:
    frame, targets = load_example(key)
    roles = assign_roles(frame, targets=targets)
    digest = sha256(frame.to_csv(index=False).encode()).hexdigest()
    return Run.create(path, frame, roles, preset("quick"), key, digest)
