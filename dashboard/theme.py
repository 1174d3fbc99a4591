"""Colours, letters and shapes: one place, so that group B looks the same in every picture.

A group is told by a letter and a shape as well as by a colour. `ink(dark)` gives the colours that
a figure cannot inherit from the page; backgrounds stay transparent.
"""

from dataclasses import dataclass
from functools import cache

from core.report.letters import letter
from core.report.marks import colour_of, shape_of

PLOTLY_SHAPES = {
    "circle": "circle",
    "rect": "square",
    "triangle": "triangle-up",
    "diamond": "diamond",
    "pin": "triangle-down",
}

CIVIDIS = (
    "#00224E",
    "#123570",
    "#3B496C",
    "#575D6D",
    "#707173",
    "#8A8678",
    "#A59C74",
    "#C3B369",
    "#E1CC55",
    "#FEE838",
)
DIVERGING = (
    "#0A4A7D",
    "#2B73A8",
    "#5C9BC6",
    "#94C0DC",
    "#CBDFEB",
    "#F3DCC4",
    "#EBB57F",
    "#D98B42",
    "#B8641A",
    "#8A4309",
)


MARK_CONTRAST = 3.0
"""Of a mark against the page (WCAG 2.2, 1.4.11)."""


@dataclass(frozen=True)
class Mark:
    """How one group is told apart: never by its colour alone."""

    letter: str
    colour: str
    shape: str


@dataclass(frozen=True)
class Ink:
    """What is drawn on a page that is light or dark."""

    text: str
    muted: str
    line: str
    surface: str
    missing: str
    accent: str


LIGHT = Ink("#0F1A22", "#566570", "#CCD6DE", "#FFFFFF", "#DDE3E8", "#0B6098")
DARK = Ink("#E6EDF2", "#9DACB6", "#37464F", "#020406", "#333F48", "#7CC0EE")


def ink(dark: bool) -> Ink:
    """The colours for text and lines on the dark page, or on the light one."""
    return DARK if dark else LIGHT


def group_mark(group: int) -> Mark:
    """Letter, colour and shape of group 0, 1, …; the pair of colour and shape repeats after 80."""
    return Mark(
        letter=letter(group),
        colour=colour_of(group),
        shape=shape_of(group),
    )


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio of two `#rrggbb` colours, from 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def text_on(colour: str) -> str:
    """Black or white, whichever reads better on `colour`."""
    return max("#000000", "#FFFFFF", key=lambda text: contrast(text, colour))


@cache
def readable(colour: str, dark: bool, ratio: float = MARK_CONTRAST) -> str:
    """`colour` moved towards the ink until it stands out from the page by `ratio`."""
    page, towards = ink(dark).surface, ("#FFFFFF" if dark else "#000000")
    steps = (mix(colour, towards, share / 20) for share in range(21))
    return next(step for step in steps if contrast(step, page) >= ratio)


def mix(colour: str, other: str, share: float) -> str:
    """`colour` with `share` of `other` in it, both `#rrggbb`."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def see_through(colour: str, opacity: float) -> str:
    """`colour` as an `rgba(…)` text."""
    red, green, blue = _channels(colour)
    return f"rgba({red},{green},{blue},{opacity:g})"


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (channel / 255 for channel in _channels(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
