"""One card a group: its tasks, and how often they stayed together."""

import numpy as np
import streamlit as st

from core.values import Grouping
from dashboard.charts.text import MARK, short
from dashboard.theme import group_mark
from dashboard.words import GROUP_SHAPES, in_100, likelihood

COLUMNS = 4
MOST_NAMES = 30
LONGEST = 60


def show_cards(
    grouping: Grouping,
    labels: np.ndarray,
    names: tuple[str, ...],
    n_replicates: int,
    marked: np.ndarray | None = None,
    told: dict[int, str] | None = None,
) -> None:
    """Cards of the groups of one grouping, numbered by `labels`, and how sure the map is of each
    one, or what is `told` of it; the `marked` tasks carry a sign."""
    signs = [MARK if marked is not None and marked[task] else "" for task in range(len(names))]
    numbers = [int(number) for number in np.unique(labels)]
    for start in range(0, len(numbers), COLUMNS):
        row = numbers[start : start + COLUMNS]
        for column, number in zip(st.columns(min(COLUMNS, len(numbers))), row, strict=False):
            members = np.flatnonzero(labels == number)
            with column.container(border=True, height="stretch"):
                mark = group_mark(number)
                st.markdown(f"##### {GROUP_SHAPES[mark.shape]} Group {mark.letter}")
                st.text(_listed([names[task] for task in members], [signs[t] for t in members]))
                sure = told[number] if told else _sureness(grouping, members, n_replicates)
                st.caption(sure)


def show_alone(names: tuple[str, ...], marked: np.ndarray) -> None:
    """One card for tasks that are each on their own; the `marked` ones carry a sign."""
    shown = zip(names[:MOST_NAMES], marked, strict=False)
    told = ", ".join(f"{MARK * bool(sign)}{short(name, LONGEST)}" for name, sign in shown)
    more = len(names) - MOST_NAMES
    with st.container(border=True):
        st.markdown("##### Each on its own")
        st.text(f"{told} … and {more} more" if more > 0 else told)


def _listed(names: list[str], signs: list[str]) -> str:
    more = len(names) - MOST_NAMES
    shown = zip(signs, names[:MOST_NAMES], strict=False)
    return "\n".join(f"{sign}{short(name, LONGEST)}" for sign, name in shown) + (
        f"\n… and {more} more" if more > 0 else ""
    )


def _sureness(grouping: Grouping, members: np.ndarray, n_replicates: int) -> str:
    if len(members) < 2:
        return "On its own."
    if not n_replicates:
        return "How sure this is cannot be told from a matrix."
    together = grouping.co_assignment[np.ix_(members, members)]
    share = float(together[np.triu_indices(len(members), 1)].mean())
    return (
        f"Two of these tasks stayed together in {in_100(share)} re-runs on resampled data "
        f"({n_replicates} made): {likelihood(share)}."
    )
