"""Named selections: samples by what was drawn around them on a map, tasks by their names.

A selection of samples is geometry on a map, never a row: it can be kept, sent and replayed without
a value of the data, and means the same as long as the map is the same.
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
class SampleSelection:
    """Points of a map, by the outlines drawn on it one after the other; `name` may be empty."""

    map_method: str
    parts: tuple[Part, ...]
    name: str = ""

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
        _text(found, "map_method"), read_parts(found.get("parts")), _text(found, "name")
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


def _text(found: Mapping[str, Any], key: str) -> str:
    value = found.get(key)
    if not isinstance(value, str):
        raise RunError(f"A selection in this view has no {key}; make it again.")
    return value
