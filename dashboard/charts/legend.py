"""What the colours of a cloud of points mean."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, UInt8

from dashboard.charts.text import clean, number
from dashboard.theme import CIVIDIS, MARK_CONTRAST, contrast, group_mark, ink, mix, readable

MOST_ENTRIES = 256
_STEPS = 28
_MISSING_COLOUR = "#8B949B"


@dataclass(frozen=True)
class Entry:
    """One colour: its name, its colour, and the sign and shape that tell it without colour."""

    name: str
    colour: str
    sign: str = ""
    shape: str = "circle"

    @property
    def label(self) -> str:
        """Its sign and its name."""
        return f"{self.sign} {self.name}".strip()


@dataclass(frozen=True)
class Legend:
    """All colours of a picture; entry k belongs to the points whose colour index is k.

    A continuous legend is a ramp: `entries` are its steps from low to high, and a last one for
    missing values.
    """

    title: str
    entries: tuple[Entry, ...]
    continuous: bool = False

    def __post_init__(self) -> None:
        if not 0 < len(self.entries) <= MOST_ENTRIES:
            raise ValueError(f"{len(self.entries)} colours; between 1 and {MOST_ENTRIES} fit")


def tones(legend: Legend, dark: bool) -> list[str]:
    """The colour of every entry on a light or a dark page, at 3 : 1 or more against it.

    A ramp takes the part of its colours that stands out, so that its steps stay apart.
    """
    if not legend.continuous:
        return [readable(entry.colour, dark) for entry in legend.entries]
    shares = np.linspace(0, 1, 101)
    clear = [s for s in shares if contrast(_cividis(s), ink(dark).surface) >= MARK_CONTRAST]
    low, high, n = clear[0], clear[-1], len(legend.entries) - 2
    steps = [_cividis(low + (high - low) * place / n) for place in range(n + 1)]
    return [*steps, readable(legend.entries[-1].colour, dark)]


def group_legend(n_groups: int) -> Legend:
    """Groups with their letters, colours and shapes."""
    marks = [group_mark(group) for group in range(n_groups)]
    entries = (Entry(f"Group {m.letter}", m.colour, m.letter, m.shape) for m in marks)
    return Legend("group", tuple(entries))


def name_legend(title: str, names: Sequence[str]) -> Legend:
    """Names of anything but groups, numbered from 1 so that no letter is taken for a group."""
    marks = [group_mark(place) for place in range(len(names))]
    entries = (
        Entry(clean(name), mark.colour, str(place), mark.shape)
        for place, (name, mark) in enumerate(zip(names, marks, strict=True), start=1)
    )
    return Legend(title, tuple(entries))


def scale_legend(
    title: str, values: Float[np.ndarray, " point"]
) -> tuple[UInt8[np.ndarray, " point"], Legend]:
    """Cut `values` into equal steps between their 1st and 99th percentile: indices and legend.

    Values outside fall into the first or last step, missing ones into an entry of their own.
    """
    known = values[np.isfinite(values)]
    low, high = (float(edge) for edge in np.percentile(known, [1, 99])) if len(known) else (0, 1)
    width = (high - low) or 1.0
    step = np.nan_to_num(np.floor((values - low) / width * _STEPS), nan=0.0)
    index = np.where(np.isfinite(values), np.clip(step, 0, _STEPS - 1), _STEPS)
    edges = [low + width * place / _STEPS for place in range(_STEPS + 1)]
    entries = [
        Entry(f"{number(edges[place])} to {number(edges[place + 1])}", _cividis(place / _STEPS))
        for place in range(_STEPS)
    ]
    legend = Legend(title, (*entries, Entry("missing", _MISSING_COLOUR)), continuous=True)
    return index.astype(np.uint8), legend


def _cividis(share: float) -> str:
    place = share * (len(CIVIDIS) - 1)
    left = int(place)
    return mix(CIVIDIS[left], CIVIDIS[min(left + 1, len(CIVIDIS) - 1)], place - left)
