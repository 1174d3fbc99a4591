"""Who always shares a network, who never does, and how many networks there may be."""

from collections.abc import Sequence

import streamlit as st

Sets = tuple[tuple[str, ...], ...]


def ask_pins(task_names: Sequence[str], key: str) -> tuple[Sets, Sets]:
    """Sets of tasks that are together, and sets of which no two are; `key` tells forms apart."""
    left, right = st.columns(2)
    with left:
        together = _ask_sets(
            task_names, "Pinned together", "These tasks always share their network.", key
        )
    with right:
        apart = _ask_sets(
            task_names, "Kept apart", "No two of these tasks ever share a network.", key
        )
    return together, apart


def ask_networks(n_tasks: int, key: str) -> int | None:
    """How many networks there may be; None where there is no bound."""
    asked = st.number_input(
        "Networks, at most (0 = as many as pay off)",
        0,
        n_tasks,
        key=f"networks_{key}",
        help="Where you bound them, a task may also help in a network that does not predict it.",
        persist_state="session",
        width=340,
    )
    return int(asked) or None


def _ask_sets(task_names: Sequence[str], label: str, help: str, key: str) -> Sets:
    """Sets of two or more tasks; a place for another one appears when the last is filled."""
    sets: list[tuple[str, ...]] = []
    while len(sets) < len(task_names):
        more = f" ({len(sets) + 1})" if sets else ""
        chosen = st.multiselect(
            label + more,
            task_names,
            key=f"{label}_{len(sets)}_{key}",
            help=help,
            placeholder="Choose two or more tasks",
            persist_state="session",
        )
        if len(chosen) < 2:
            break
        sets.append(tuple(chosen))
    return tuple(sets)
