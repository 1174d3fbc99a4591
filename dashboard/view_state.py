"""What one visitor is looking at, as one frozen value: to undo, to send as a link, to replay.

view = ViewState(run="5f…", n_components=4, way="diag")
read_view(write_view(view)) == view          the file that `taskscape replay` reads
small_fields(view)                           what fits into an address
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from core.errors import RunError
from core.projection import PROJECTIONS
from core.report import Audience
from dashboard.selection import (
    SampleSelection,
    TaskSelection,
    read_samples,
    read_tasks,
    write_parts,
)

VERSION = 1
COLOURS = ("task", "group", "label", "loss", "column", "selection")
MOST_SELECTIONS = 50


@dataclass(frozen=True)
class ViewState:
    """One visitor's choices. No field ever holds a row of the data; a range of values that
    rows were selected by may name one of a column."""

    run: str = ""
    """Id of the run on show; empty for the built-in example."""
    draft: str = ""
    """Id of an uploaded table that has no run yet."""
    upload: str = ""
    """The last upload that was taken, so that it is not taken twice."""
    measure: str = ""
    """Affinity on show; empty for the one the graph was made from."""
    beside: str = ""
    """A second measure to compare with."""
    pair: tuple[str, str] | None = None
    """Two tasks looked at in detail."""
    task: str = ""
    """One task looked at in the graph."""
    map_method: str = "pca"
    more_seeds: bool = False
    """Whether the map is shown with two more seeds beside it."""
    colour_by: str = "task"
    column: str = ""
    """The column of the table that points are coloured by, where they are; empty: its first."""
    n_components: int = 0
    """Position of the components slider; 0 follows the first choice."""
    way: str = ""
    """Way to group on show, a covariance of the mixture or a method; empty: the first choice."""
    show_attention: bool = False
    """Draw edges as wide as the encoder's attention."""
    minimum_weight: float = 0.0
    """Edges lighter than this are hidden in the graph."""
    networks: float = 0.0
    """Budget of a selection among measured groups; 0 is none."""
    overlap: bool = False
    """Whether a task may be in several of the selected networks."""
    larger_is_better: bool = False
    """Whether a table of measured groups holds scores, not losses."""
    audience: str = Audience.CLINICIAN.value
    """Who the report is written for."""
    samples: SampleSelection | None = None
    """The samples selected now; every page sees them."""
    tasks: TaskSelection | None = None
    """The tasks selected now; every page sees them."""
    kept_samples: tuple[SampleSelection, ...] = ()
    """Selections of samples that were given a name."""
    kept_tasks: tuple[TaskSelection, ...] = ()
    """Selections of tasks that were given a name."""


PRIVATE = ("draft", "upload")
"""Fields of one visit: in no file and in no history."""
IN_ADDRESS = {
    "measure": "measure",
    "beside": "beside",
    "map": "map_method",
    "seeds": "more_seeds",
    "colour": "colour_by",
    "k": "n_components",
    "way": "way",
    "attention": "show_attention",
    "edges": "minimum_weight",
    "audience": "audience",
}
"""Parameters of an address → the field of the view; names of columns never stand there."""
_OPTIONS = {
    "map_method": tuple(PROJECTIONS.methods),
    "colour_by": COLOURS,
    "audience": tuple(Audience),
}


def small_fields(view: ViewState) -> dict[str, str]:
    """What an address says of the view: the small fields that are not as they begin."""
    start = ViewState()
    return {
        name: f"{getattr(view, field):g}" if field == "minimum_weight" else _short(view, field)
        for name, field in IN_ADDRESS.items()
        if getattr(view, field) != getattr(start, field)
    }


def read_small(view: ViewState, address: Mapping[str, str]) -> ViewState:
    """The view with what an address says; what is not possible there is passed over."""
    for name, field in IN_ADDRESS.items():
        if name in address:
            value = _parse(address[name], type(getattr(view, field)))
            if value is not None and _is_possible(field, value):
                view = replace(view, **{field: value})
    return view


def has_large_fields(view: ViewState) -> bool:
    """Whether an address cannot say all of the view."""
    told = {"run", *PRIVATE, *IN_ADDRESS.values()}
    return any(
        getattr(view, field.name) != field.default
        for field in fields(view)
        if field.name not in told
    )


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
    if type(value) is not kind or not _is_possible(name, value):
        raise RunError(f"{name} of this view is damaged; save the view again.")
    return value


def _is_possible(name: str, value: Any) -> bool:
    if name == "minimum_weight":
        return bool(0 <= value <= 1)
    if isinstance(value, float):
        return math.isfinite(value)
    return name not in _OPTIONS or value in _OPTIONS[name]


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


def _short(view: ViewState, field: str) -> str:
    value = getattr(view, field)
    return str(int(value)) if isinstance(value, bool) else str(value)


def _parse(text: str, kind: type) -> Any:
    try:
        if kind is bool:
            return {"0": False, "1": True}.get(text)
        return kind(text[:80])
    except ValueError:
        return None
