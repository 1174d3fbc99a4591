"""A million points with a lasso: WebGL in the page, one binary payload down, an outline up."""

import json
import struct
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
import streamlit as st
from jaxtyping import Float

from core.errors import RunError
from dashboard.charts.landscape_points import brushed, describe_points, draw_points
from dashboard.charts.legend import Entry
from dashboard.charts.point_colours import PointColours
from dashboard.components.show import show_chart
from dashboard.selection import Part, read_parts, write_parts
from dashboard.session import component_value, keep, kept, newly
from dashboard.theme import readable

_MARK_CONTRAST, _RAMP_CONTRAST = 3.0, 2.0  # a ramp needs its dark and bright ends
_SCRIPTS = ("points_cloud.js", "points_parts.js", "points.js", "points_notes.js", "points_input.js")


def show_points(
    xy: Float[np.ndarray, "point 2"],
    colours: PointColours,
    *,
    key: str,
    drawn: tuple[Part, ...] | None = None,
    on_draw: Callable[[tuple[Part, ...]], None] | None = None,
    axes: tuple[str, str] = ("first coordinate", "second coordinate"),
    height: int = 560,
    dark: bool = False,
) -> tuple[Part, ...]:
    """Show a cloud of points and return the outlines that the visitor drew on it.

    Outlines belong to the coordinates they were drawn on: with other `xy` under the same `key`
    they are forgotten, with other colours they stay.

    Args:
        xy: coordinates; not-finite points must be left out.
        colours: the entry of its legend each point belongs to.
        key: identity of the picture on the page.
        drawn: outlines to show where they are not what was drawn last; None leaves the picture
            as it is.
        on_draw: called with the outlines before the page is drawn again.
        axes: what the two coordinates are.
        height: of the picture in CSS pixels.
        dark: whether the page is dark; for the fallback without WebGL 2.
    """
    xy, colours = shuffle(xy, colours)
    points = _digest(np.ascontiguousarray(xy, dtype="<f4").tobytes())
    sent = read_selection(component_value(key, "selection"), points)
    is_told = drawn is None or drawn == (sent.parts if sent else ())
    outline = None if is_told else (kept(f"{key}_number") or 0, drawn or ())
    payload, _ = pack(xy, colours, axes=axes, height=height, key=key, outline=outline)

    def take() -> None:
        found = read_selection(component_value(key, "selection"), points)
        if found is not None:
            keep(f"{key}_number", found.number)
            if on_draw:
                on_draw(found.parts)

    result = _component()(
        data=payload,
        key=key,
        on_selection_change=take,
        on_unsupported_change=lambda: None,
    )
    if result.unsupported:
        chart = draw_points(xy, colours, axes=axes, dark=dark)
        event = show_chart(chart, key=f"{key}_plain", clickable=True)
        parts = brushed(list(event.selection.areas))
        if (brush := newly(f"{key}_plain", parts)) is not None and on_draw and brush != drawn:
            on_draw(brush)
        return parts
    found = read_selection(result.selection, points)
    return found.parts if found else ()


def shuffle(
    xy: Float[np.ndarray, "point 2"], colours: PointColours
) -> tuple[Float[np.ndarray, "point 2"], PointColours]:
    """The points in an order without meaning: drawn task by task, the last would hide the first."""
    order = np.random.default_rng(0).permutation(len(xy))
    return xy[order], replace(colours, index=colours.index[order])


def pack(
    xy: Float[np.ndarray, "point 2"],
    colours: PointColours,
    *,
    axes: tuple[str, str],
    height: int,
    key: str = "",
    outline: tuple[int, tuple[Part, ...]] | None = None,
) -> tuple[bytes, str]:
    """The payload the page reads, and the identity of its coordinates.

    `outline` is what shall be selected, and when the last selection arrived that it answers.

    Layout, little-endian: uint32 length of the header, the header as JSON padded with spaces to a
    multiple of 4, float32 x and y of every point, uint8 entry of every point. `points` in the
    header names the coordinates and `content` everything, so an update of equal size is noticed.
    """
    index, legend = colours.index, colours.legend
    if len(index) != len(xy) or int(index.max(initial=0)) >= len(legend.entries):
        raise ValueError(f"{len(index)} colour indices for {len(xy)} points and the legend")
    places = np.ascontiguousarray(xy, dtype="<f4").tobytes()
    entries = np.ascontiguousarray(index, dtype="u1").tobytes()
    points = _digest(places)
    head = {
        "n": len(xy),
        "points": points,
        "title": legend.title,
        "continuous": legend.continuous,
        "entries": [_entry(entry, legend.continuous) for entry in legend.entries],
        "axes": axes,
        "height": height,
        "alt": describe_points(len(xy), legend, axes),
        "key": key,
    }
    if outline is not None:
        head["outline"] = {"number": outline[0], "parts": write_parts(outline[1])}
    head["content"] = _digest(places + entries + json.dumps(head).encode())
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 4)
    return struct.pack("<I", len(text)) + text + places + entries, points


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


def _entry(entry: Entry, continuous: bool) -> dict[str, str]:
    ratio = _RAMP_CONTRAST if continuous else _MARK_CONTRAST
    tones = {
        tone: readable(entry.colour, dark, ratio)
        for tone, dark in (("light", False), ("dark", True))
    }
    return {"name": entry.name, "sign": entry.sign, "shape": entry.shape} | tones


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=12).hexdigest()


@cache
def _component() -> Any:
    """The component, registered once; its parts are files beside this one."""
    folder = files("dashboard.components")
    read = {name: folder.joinpath(name).read_text("utf-8") for name in _SCRIPTS}
    return st.components.v2.component(
        "taskscape_points",
        html=folder.joinpath("points.html").read_text("utf-8"),
        css=folder.joinpath("points.css").read_text("utf-8"),
        js="\n".join(read.values()),
    )
