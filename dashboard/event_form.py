"""Times to events: which column tells whether the event happened."""

import re
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.runs import Draft
from core.values import Kind
from dashboard.charts.text import listed
from dashboard.words import plain

_TWO = 2
_ORDINARY = re.compile(r"[^\W_]+([_ ][^\W_]+)*")
"""Words joined by single underscores or spaces: no Markdown, so nothing needs escaping."""


def ask_events(draft: Draft, edited: pd.DataFrame) -> dict[str, str | None]:
    """For every target marked as a time to an event the column of its events, None until chosen.

    Args:
        draft: the upload.
        edited: one row a column with its role, kind and number of distinct values.
    """
    is_timed = (edited["role"] == "target") & (edited["kind"] == Kind.TIME_TO_EVENT)
    found: dict[str, str | None] = {}
    for name in edited.loc[is_timed, "column"]:
        found[name] = st.selectbox(
            f"Event column of {_label(name)}",
            event_columns(edited, list(edited.loc[is_timed, "column"])),
            index=None,
            key=f"event_{draft.id}_{name}",
            placeholder="Choose the column that tells whether the event happened",
            help="1 where the event happened at that time, 0 where the sample was only followed "
            "until then (censored). The column is then neither feature nor target.",
        )
    return found


def event_columns(edited: pd.DataFrame, timed: Sequence[str]) -> list[str]:
    """The columns that can tell whether an event happened: those of at most two values, every
    other column where there is none such."""
    is_free = ~edited["column"].isin(list(timed)) & ~edited["role"].isin(["patient id", "origin"])
    two = edited.loc[is_free & (edited["distinct"] <= _TWO), "column"]
    return list(two) or list(edited.loc[is_free, "column"])


def say_which(targets: Sequence[str]) -> str:
    """What is still to be chosen, in a sentence."""
    names = listed([f"'{name}'" for name in targets])
    return f"{names}: choose the column that tells whether the event happened, 1, or not, 0."


def _label(name: str) -> str:
    """A name inert in a label; an ordinary one as it is, as screen readers spell escapes out."""
    return name if _ORDINARY.fullmatch(name) else plain(name)
