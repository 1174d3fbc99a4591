"""Words and marks that several pages share."""

import re

import streamlit as st

from core.report import amounts
from core.report import words as report_words
from core.runs import State, Status
from core.values import Decision, Recommendation
from dashboard.charts.text import clean

_BADGES = {
    State.STARTING: ("computing", ":material/hourglass_top:", "blue"),
    State.QUEUED: ("waiting", ":material/schedule:", "blue"),
    State.RUNNING: ("computing", ":material/hourglass_top:", "blue"),
    State.DONE: ("done", ":material/check_circle:", "green"),
    State.FAILED: ("failed", ":material/error:", "red"),
    State.CANCELLED: ("cancelled", ":material/pause_circle:", "orange"),
    State.INTERRUPTED: ("interrupted: resume?", ":material/pause_circle:", "orange"),
}


GROUP_SHAPES = {"circle": "●", "rect": "■", "triangle": "▲", "diamond": "◆", "pin": "▼"}
"""The shapes of `core.report.marks.SHAPES` as text."""


WAYS = {
    "diag": "diagonal",
    "spherical": "spherical",
    "tied": "tied",
    "full": "full",
    "average_linkage": "average linkage",
    "trained": "found by training",
}
"""Ways to group for people: the four shapes of a mixture's groups, linkage, and the search."""


FIELDS = {
    "targets": "Targets, by pattern",
    "ignore": "Columns to ignore, by pattern",
    "patient-id": "role: patient id",
    "feature": "role: feature",
    "origin": "role: origin",
    "trunk": "Trunk",
    "device": "Device",
    "matrix": "Use my own matrix or model",
}
"""Options of the command line → the field of a page that does the same."""


def state_badge(status: Status | None) -> None:
    """A badge for the state of a run, in words, colour and icon."""
    text, icon, colour = ("not started", ":material/radio_button_unchecked:", "gray")
    if status is not None:
        text, icon, colour = _BADGES[status.state]
    st.badge(text, icon=icon, color=colour)  # type: ignore[arg-type]


def likelihood(share: float) -> str:
    """A share of re-runs in words: 80 in 100 is very likely, 60 likely, 40 uncertain."""
    return report_words.likelihood(amounts.in_100(share))


def in_100(share: float) -> str:
    """A share as `92 of 100`."""
    return f"{amounts.in_100(share)} of 100"


def say_decision(advice: Recommendation) -> str:
    """What is advised, in two or three words."""
    if advice.decision is Decision.GROUPED:
        return f"{advice.grouping.n_groups} groups"
    return "train alone" if advice.decision is Decision.ALONE else "train together"


def say_seconds(seconds: float) -> str:
    """A time as people say it: `8 s`, `12 min`, `2.5 h`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def plain(text: str) -> str:
    """Text of the data (a column or file name) made inert for Markdown, in one line."""
    return "".join(f"\\{letter}" if letter in _MARKDOWN else letter for letter in clean(text))


def quoted(name: str) -> str:
    """A name in quotes, to go on a sentence with; nothing where there is none."""
    return f" “{plain(name)}”" if name else ""


def sentence(text: str) -> str:
    """A sentence of the engine for a page: the options of the command line go by the names that
    the page has for them, and what came from the data is inert."""
    return plain(_OPTION.sub(lambda found: f"“{FIELDS[found[1]]}”", text))


def in_a_sentence(error: Exception) -> str:
    """An error of ours as it is; of the disk, what to do about it."""
    if isinstance(error, OSError):
        return f"The disk or a file refused ({error.strerror or error}); make room, and try again."
    return str(error)


def show_error(error: Exception | str) -> None:
    """One of our sentences in a red box; names of the data in it stay inert."""
    text = error if isinstance(error, str) else in_a_sentence(error)
    st.error(sentence(text), icon=":material/error:")


_OPTION = re.compile(rf"(?<!\S)--({'|'.join(FIELDS)})(?![\w-])")
_MARKDOWN = frozenset("\\`*_{}[]()<>#+-.!|~$:=&")
