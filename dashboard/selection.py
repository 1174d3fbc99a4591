"""Named selections: samples by what was drawn around them on a map or by a column, tasks by name.

A selection of samples is geometry on a map, or a range of one column, never a row: it can be kept,
sent and replayed without a row of the data, and means the same as long as the map or table does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from core.errors import RunError
from dashboard.charts.polygon import Polygon, inside

LONGEST_NAME = 80
MOST_PARTS, MOST_CORNERS = 50, 400
_TOO_MANY = f"A selection has {MOST_PARTS} outlines at most; clear it and start again."


@dataclass(frozen=True)
class Part:
    """One outline, drawn to add what is inside or to take it away."""

    polygon: Polygon
    takes_away: bool = False


@dataclass(frozen=True)
class Range:
    """The rows whose value in one column of numbers is in [low, high]; None is an open end.

    `column` is a feature (`ward=surgery` is one, of zeros and ones), or a task where `is_label`:
    then the values are its labels, codes of classes or signed times.
    """

    column: str
    is_label: bool
    low: float | None = None
    high: float | None = None

    def covers(self, values: Float[np.ndarray, " row"]) -> Bool[np.ndarray, " row"]:
        """Which values are inside; a missing one never is."""
        low = -np.inf if self.low is None else self.low
        high = np.inf if self.high is None else self.high
        return np.asarray((values >= low) & (values <= high))


@dataclass(frozen=True)
class SampleSelection:
    """Points of a map, by the outlines drawn on it one after the other, or on every map those of
    the rows in a `range`; `name` may be empty."""

    map_method: str
    parts: tuple[Part, ...]
    name: str = ""
    range: Range | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said of what is selected."""
        return not self.parts and self.range is None

    def covers(self, xy: Float[np.ndarray, "point 2"]) -> Bool[np.ndarray, " point"]:
        """Which points of the map are selected; a first part that takes away takes from all."""
        found = np.full(len(xy), bool(self.parts) and self.parts[0].takes_away)
        for part in self.parts:
            hit = inside(xy, part.polygon)
            found = found & ~hit if part.takes_away else found | hit
        return found


@dataclass(frozen=True)
class TaskSelection:
    """Some of the tasks under one name."""

    name: str
    tasks: tuple[str, ...]


NEW, ADD, TAKE_AWAY = "New", "Add", "Take away"
"""What a further outline does to those before it."""


def with_outline(parts: tuple[Part, ...], polygon: Polygon, how: str = NEW) -> tuple[Part, ...]:
    """The outlines with one more; RunError where there are as many as there can be."""
    found = (*(() if how == NEW else parts), Part(polygon, how == TAKE_AWAY))
    if len(found) > MOST_PARTS:
        raise RunError(_TOO_MANY)
    return found


def read_parts(found: Any) -> tuple[Part, ...]:
    """Outlines as the browser or a file sends them: a list of `{polygon, takes_away}`.

    Raises:
        RunError: they are not outlines of finite corners.
    """
    try:
        parts = tuple(_read_part(part) for part in found)
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise RunError("The outline of this selection is damaged; draw it again.") from error
    if len(parts) > MOST_PARTS:
        raise RunError(_TOO_MANY)
    return parts


def write_parts(parts: tuple[Part, ...]) -> list[dict[str, Any]]:
    """The outlines for the browser or a file; `read_parts` reads them back."""
    return [
        {"polygon": [list(corner) for corner in part.polygon], "takes_away": part.takes_away}
        for part in parts
    ]


def read_samples(found: Mapping[str, Any]) -> SampleSelection:
    """A selection of samples from a file; RunError where it is damaged."""
    return SampleSelection(
        _text(found, "map_method"),
        read_parts(found.get("parts")),
        _text(found, "name"),
        _read_range(found["range"]) if found.get("range") else None,
    )


def read_tasks(found: Mapping[str, Any]) -> TaskSelection:
    """A selection of tasks from a file; RunError where it is damaged."""
    tasks = found.get("tasks")
    if not isinstance(tasks, list) or not all(isinstance(task, str) for task in tasks):
        raise RunError("A selection of tasks in this view is damaged; make it again.")
    return TaskSelection(_text(found, "name"), tuple(tasks))


def _read_part(part: Mapping[str, Any]) -> Part:
    polygon = tuple((float(x), float(y)) for x, y in part["polygon"])
    if not 3 <= len(polygon) <= MOST_CORNERS or not np.isfinite(polygon).all():
        raise ValueError("corners")
    return Part(polygon, bool(part["takes_away"]))


def _read_range(found: Any) -> Range:
    try:
        column, is_label, *edges = (found[name] for name in ("column", "is_label", "low", "high"))
        is_plain = type(column) is str and type(is_label) is bool
        if is_plain and all(edge is None or np.isfinite(float(edge)) for edge in edges):
            low, high = (None if edge is None else float(edge) for edge in edges)
            return Range(column, is_label, low, high)
    except (TypeError, KeyError, ValueError):
        pass
    raise RunError("The range of values of a selection is damaged; make it again.")


def _text(found: Mapping[str, Any], key: str) -> str:
    value = found.get(key)
    if not isinstance(value, str):
        raise RunError(f"A selection in this view has no {key}; make it again.")
    return value
