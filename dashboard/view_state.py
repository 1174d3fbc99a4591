"""What one visitor is looking at, as one frozen value: to undo, to send as a link, to replay.

view = ViewState(run="5f…", n_components=4, way="diag")
small_fields(view)                           what fits into an address
read_view(write_view(view)) == view          all of it: a file (`dashboard.view_file`)
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from core.projection import PROJECTIONS
from core.report import Audience
from dashboard.selection import SampleSelection, TaskSelection

COLOURS = ("task", "group", "label", "loss", "column", "selection")


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
    colour_by: str = ""
    """What the colours of the points tell; empty: the task, or the group where tasks are many."""
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
    "colour_by": ("", *COLOURS),
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
            if value is not None and is_possible(field, value):
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


def is_possible(name: str, value: Any) -> bool:
    """Whether a field, named, may hold a value of its type."""
    if name == "minimum_weight":
        return bool(0 <= value <= 1)
    if isinstance(value, float):
        return math.isfinite(value)
    return name not in _OPTIONS or value in _OPTIONS[name]


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
