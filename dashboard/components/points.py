"""A million points with a lasso: WebGL in the page; places go down once, an outline comes up."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
import streamlit as st
from jaxtyping import Float

from core.errors import RunError
from dashboard.charts.landscape_points import describe_points
from dashboard.charts.point_colours import PointColours
from dashboard.components.plain_points import show_plain_points
from dashboard.components.points_payload import Blob, Cloud, describe_entries, mix, pack
from dashboard.selection import Part, read_parts, write_parts
from dashboard.session import component_value, keep, kept

_SCRIPTS = ("cloud", "parts", "", "view", "held", "detail", "notes", "input")
_MOST_KNOWN = 200


@dataclass(frozen=True)
class DetailPart:
    """A small table under the names of its columns: a name and what is told of it."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Detail:
    """What is told of one point, as plain text."""

    title: str
    parts: tuple[DetailPart, ...]


def show_points(
    xy: Float[np.ndarray, "point 2"],
    colours: PointColours,
    *,
    key: str,
    drawn: tuple[Part, ...] = (),
    on_draw: Callable[[tuple[Part, ...]], None] | None = None,
    on_rest: Callable[[int], Detail] | None = None,
    axes: tuple[str, str] = ("first coordinate", "second coordinate"),
    height: int = 560,
    dark: bool = False,
) -> None:
    """Show a cloud of points to draw on and to look at one by one.

    Places and colours travel when the browser has not got them; a new outline, an undo or a point
    looked at move a few kilobytes. Only the picture is drawn again for a point, the page for an
    outline.

    Args:
        xy: coordinates; not-finite points must be left out.
        colours: the entry of its legend each point belongs to.
        key: identity of the picture on the page.
        drawn: the outlines that select; dashed on the picture.
        on_draw: called with new outlines, before the page is drawn again.
        on_rest: what to tell of the point with this number in `xy`; None tells nothing.
        axes: what the two coordinates are.
        height: of the picture in CSS pixels.
        dark: whether the page is dark; for the fallback without WebGL 2.
    """
    cloud = mix(xy, colours)

    @st.fragment
    def picture() -> None:
        if _take(cloud, key, on_draw):
            st.rerun()
        head = _head(cloud, key, drawn, axes, height)
        head["details"] = on_rest is not None
        if on_rest and (place := _asked_for(cloud, key)) is not None:
            head["detail"] = {"place": place} | asdict(on_rest(int(cloud.order[place])))
        result = _component()(
            data=pack(head, _owed(cloud, component_value(key, "wanted"))),
            key=key,
            on_selection_change=_nothing,
            on_wanted_change=_nothing,
            on_resting_change=_nothing,
            on_unsupported_change=_nothing,
        )
        if result.unsupported and show_plain_points(
            xy, colours, key=key, drawn=drawn, on_draw=on_draw, axes=axes, dark=dark
        ):
            st.rerun()

    picture()


class Sent(NamedTuple):
    """What the page sent: the outlines, and when they were drawn there, in milliseconds."""

    parts: tuple[Part, ...]
    number: int


def read_selection(selection: Any, points: str) -> Sent | None:
    """The outlines the page sent, when they are such and were drawn on the coordinates `points`."""
    try:
        if selection["points"] == points:
            return Sent(read_parts(selection["parts"]), int(selection["number"]))
    except (TypeError, KeyError, ValueError, RunError):
        pass
    return None


def read_place(resting: Any, points: str, count: int) -> int | None:
    """The place that the page asks about, when it is one of the coordinates `points`."""
    try:
        place = int(resting["place"])
        return place if resting["points"] == points and 0 <= place < count else None
    except (TypeError, KeyError, ValueError):
        return None


def _take(cloud: Cloud, key: str, on_draw: Callable[[tuple[Part, ...]], None] | None) -> bool:
    """Hand on what was drawn since the last time; whether there was something."""
    sent = read_selection(component_value(key, "selection"), cloud.places.id)
    if sent is None or on_draw is None or sent.number <= _number(key):
        return False
    keep(f"{key}_number", sent.number)
    on_draw(sent.parts)
    return True


def _head(
    cloud: Cloud, key: str, drawn: tuple[Part, ...], axes: tuple[str, str], height: int
) -> dict[str, Any]:
    """What the page needs beside the points. `outline` is what shall be selected, and when the
    last selection arrived that it answers."""
    legend = cloud.colours.legend
    return {
        "n": len(cloud.order),
        "points": cloud.places.id,
        "colours": cloud.entries.id,
        "title": legend.title,
        "continuous": legend.continuous,
        "entries": describe_entries(cloud.colours),
        "axes": axes,
        "height": height,
        "alt": describe_points(len(cloud.order), legend, axes),
        "outline": {"number": _number(key), "parts": write_parts(drawn)},
    }


def _owed(cloud: Cloud, wanted: Any) -> list[Blob]:
    """What this visit was not sent yet, and what the page says it has not got."""
    known: tuple[str, ...] = kept("points_sent") or ()
    asked = wanted if isinstance(wanted, list) else []
    blobs = [cloud.places, cloud.entries]
    keep("points_sent", tuple(dict.fromkeys((*known, *(b.id for b in blobs))))[-_MOST_KNOWN:])
    return [blob for blob in blobs if blob.id not in known or blob.id in asked]


def _asked_for(cloud: Cloud, key: str) -> int | None:
    return read_place(component_value(key, "resting"), cloud.places.id, len(cloud.order))


def _number(key: str) -> int:
    return int(kept(f"{key}_number") or 0)


def _nothing() -> None:
    """The page only wants to be drawn again."""


@cache
def _component() -> Any:
    """The component, registered once; its parts are files beside this one."""
    folder = files("dashboard.components")
    names = [f"points_{name}.js" if name else "points.js" for name in _SCRIPTS]
    return st.components.v2.component(
        "taskscape_points",
        html=folder.joinpath("points.html").read_text("utf-8"),
        css=folder.joinpath("points.css").read_text("utf-8"),
        js="\n".join(folder.joinpath(name).read_text("utf-8") for name in names),
    )
