"""Names that people give to groups; they are kept with the run."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.errors import TaskGroupingError
from core.report.story import Card
from core.runs import Run, name_group
from dashboard.session import widget_value
from dashboard.words import show_error

LONGEST = 60


def ask_name(run: Run, document: Mapping[str, Any], card: Card) -> None:
    """The field in which a group is called something; empty takes its name away."""
    tasks = tuple(document["recommended"]["groups"][card.number])
    key = f"name_{run.id}_{card.number}"
    st.text_input(
        f"Name of group {card.letter}",
        card.name,
        max_chars=LONGEST,
        key=key,
        placeholder="for example: heart",
        on_change=_store,
        args=(run, tasks, key),
    )


def _store(run: Run, tasks: tuple[str, ...], key: str) -> None:
    try:
        name_group(run.path, tasks, str(widget_value(key) or ""))
    except (TaskGroupingError, OSError) as error:
        show_error(f"The name could not be kept: {error}")
