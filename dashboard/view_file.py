"""A view as a JSON document: what is kept with a run, and what `taskscape replay` reads."""

from dataclasses import asdict, fields
from typing import Any

from core.errors import RunError
from dashboard.selection import (
    SampleSelection,
    TaskSelection,
    read_samples,
    read_tasks,
    write_parts,
)
from dashboard.view_state import PRIVATE, ViewState, is_possible

VERSION = 1
MOST_SELECTIONS = 50


def write_view(view: ViewState) -> dict[str, Any]:
    """The view as a JSON document."""
    plain = {
        field.name: getattr(view, field.name) for field in fields(view) if field.name not in PRIVATE
    }
    plain["samples"] = _write_samples(view.samples) if view.samples else None
    plain["tasks"] = _write_tasks(view.tasks) if view.tasks else None
    plain["kept_samples"] = [_write_samples(one) for one in view.kept_samples]
    plain["kept_tasks"] = [_write_tasks(one) for one in view.kept_tasks]
    plain["pair"] = list(view.pair) if view.pair else None
    return {"schema_version": VERSION, **plain}


def read_view(document: Any) -> ViewState:
    """The view that `write_view` wrote; what an older version did not know is as it begins.

    Raises:
        RunError: the document is no view, is damaged, or a newer version wrote it.
    """
    if not isinstance(document, dict) or not isinstance(document.get("schema_version"), int):
        raise RunError("This is not a view: it has no schema_version; save the view again.")
    if document["schema_version"] > VERSION:
        raise RunError("This view was written by a newer version; update this one.")
    known = {field.name for field in fields(ViewState)} - set(PRIVATE)
    unknown = set(document) - known - {"schema_version"}
    if unknown:
        raise RunError(f"A view has no {sorted(unknown)[0]!r}; save the view again.")
    return ViewState(**{name: _read(name, document[name]) for name in known & set(document)})


def _read(name: str, value: Any) -> Any:
    """A checked field of a document."""
    if name in ("samples", "tasks", "kept_samples", "kept_tasks"):
        return _read_selections(name, value)
    if name == "pair":
        is_pair = isinstance(value, list) and [type(part) for part in value] == [str, str]
        if value is not None and not is_pair:
            raise RunError("pair of this view is not two names; save the view again.")
        return tuple(value) if value else None
    kind = type(getattr(ViewState(), name))
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind or not is_possible(name, value):
        raise RunError(f"{name} of this view is damaged; save the view again.")
    return value


def _read_selections(name: str, value: Any) -> Any:
    read: Any = read_samples if name.endswith("samples") else read_tasks
    found = value if name.startswith("kept") else [] if value is None else [value]
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise RunError(f"{name} of this view is damaged; save the view again.")
    read_all = tuple(read(one) for one in found[:MOST_SELECTIONS])
    return read_all if name.startswith("kept") else next(iter(read_all), None)


def _write_samples(selection: SampleSelection) -> dict[str, Any]:
    return {
        "name": selection.name,
        "map_method": selection.map_method,
        "parts": write_parts(selection.parts),
        "range": asdict(selection.range) if selection.range else None,
    }


def _write_tasks(selection: TaskSelection) -> dict[str, Any]:
    return {"name": selection.name, "tasks": list(selection.tasks)}
