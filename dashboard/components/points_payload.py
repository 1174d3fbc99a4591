"""What goes down to the picture: a small header, and places and colours once a content."""

import json
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from dashboard.charts.legend import tones
from dashboard.charts.point_colours import PointColours


@dataclass(frozen=True)
class Blob:
    """Bytes under a name made of them."""

    id: str
    data: bytes


@dataclass(frozen=True)
class Cloud:
    """Points as they travel: float32 x and y of each, and one byte of colour each."""

    order: Int[np.ndarray, " point"]
    """Which point stands at each place."""
    places: Blob
    entries: Blob
    colours: PointColours
    """In the order the points came in."""


def mix(xy: Float[np.ndarray, "point 2"], colours: PointColours) -> Cloud:
    """The points in an order without meaning: drawn task by task, the last would hide the first."""
    index, entries = colours.index, colours.legend.entries
    if len(index) != len(xy) or int(index.max(initial=0)) >= len(entries):
        raise ValueError(f"{len(index)} colour indices for {len(xy)} points and the legend")
    order = np.random.default_rng(0).permutation(len(xy))
    return Cloud(
        order,
        _blob(np.ascontiguousarray(xy[order], dtype="<f4")),
        _blob(np.ascontiguousarray(index[order], dtype="u1")),
        colours,
    )


def describe_entries(colours: PointColours) -> list[dict[str, str]]:
    """The legend as the page draws it, in colours for a light and for a dark one."""
    legend = colours.legend
    both = zip(legend.entries, tones(legend, dark=False), tones(legend, dark=True), strict=True)
    return [
        {"name": e.name, "sign": e.sign, "shape": e.shape, "light": light, "dark": dark}
        for e, light, dark in both
    ]


def pack(head: Mapping[str, Any], blobs: Iterable[Blob]) -> bytes:
    """The payload the page reads.

    Layout, little-endian: uint32 length of the header; the header as JSON, whose `sent` lists id
    and length of what follows; the bytes of each of `blobs`.
    """
    blobs = tuple(blobs)
    sent = [[blob.id, len(blob.data)] for blob in blobs]
    text = json.dumps({**head, "sent": sent}).encode()
    return b"".join((struct.pack("<I", len(text)), text, *(blob.data for blob in blobs)))


def _blob(values: np.ndarray) -> Blob:
    data = values.tobytes()
    return Blob(blake2b(data, digest_size=12).hexdigest(), data)
