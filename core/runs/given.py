"""Runs that were made from a matrix or a recorded landscape in place of a table."""

from pathlib import Path
from typing import TypeVar

from core.errors import RunError
from core.frozen import Frozen
from core.plan import Plan
from core.provenance import Source
from core.runs.spec import DATA, Spec, new_spec
from core.storage import UNREADABLE, load_value
from core.values import Affinity, Landscape

V = TypeVar("V", bound=Frozen)


def given_spec(name: str, given: Affinity | Landscape, sha256: str, plan: Plan) -> Spec:
    """What such a run is asked to do."""
    if isinstance(given, Affinity):
        return new_spec(name, 0, sha256, _roles(given.task_names), plan, Source.MATRIX)
    names = tuple(task.name for task in given.tasks)
    return new_spec(name, given.n_samples, sha256, _roles(names), plan, Source.LANDSCAPE)


def brought(path: Path) -> Affinity:
    """The matrix that the run at `path` was made from; RunError when its file is damaged."""
    return _load(path / DATA[Source.MATRIX], Affinity)


def recorded(path: Path) -> Landscape:
    """The landscape that the run at `path` was made from; RunError when its file is damaged."""
    return _load(path / DATA[Source.LANDSCAPE], Landscape)


def _load(file: Path, kind: type[V]) -> V:
    try:
        return load_value(file, kind)
    except UNREADABLE as error:
        raise RunError(f"{file.name} of a run is damaged; delete the run.") from error


def need_table(source: Source) -> None:
    """Raise RunError where a run has no table."""
    if source is not Source.TABLE:
        raise RunError(
            f"This run was made from a {source}, so it has no features and labels: nothing can be "
            "trained. Group a table, or train groups yourself and select among them (taskscape "
            "select)."
        )


def _roles(names: tuple[str, ...]) -> dict[str, list[str]]:
    return {"targets": list(names)}
