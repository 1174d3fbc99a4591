"""The controls of a selection: how many networks, overlap, who shares and who never does."""

from dataclasses import replace
from math import ceil

import streamlit as st

from core.evidence.search import GainTable, Rules, named_rules
from dashboard.pins_form import ask_pins
from dashboard.session import bound, settle_view, view

_OVERLAP = {False: "each in one network", True: "in several, the best one serves"}
_LARGER = {False: "smaller is better (a loss)", True: "larger is better (a metric)"}
USUAL_BUDGET = 2.0


def ask_direction(table: GainTable) -> GainTable:
    """The table read the way round that the visitor says."""
    larger = st.segmented_control(
        "The numbers", list(_LARGER), format_func=_LARGER.__getitem__, **bound("larger_is_better")
    )
    return replace(table, higher_is_better=bool(larger))


def ask_rules(table: GainTable) -> Rules:
    """The rules that the controls say.

    Raises:
        MethodError: they contradict each other.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            "A task may be", list(_OVERLAP), format_func=_OVERLAP.__getitem__, **bound("overlap")
        )
        networks = _ask_budget(table)
    together, apart = ask_pins(table.task_names, table.fingerprint[:8])
    return named_rules(table.task_names, networks, view().overlap, together, apart)


def unit_of(table: GainTable) -> str:
    """What a budget counts."""
    return "number of networks" if _all_cost_one(table) else "sum of the networks' costs"


def _ask_budget(table: GainTable) -> float | None:
    """The most that the networks may cost; None where there is no bound."""
    least = 1.0 if view().overlap else 0.0
    if view().networks < least:
        settle_view(networks=USUAL_BUDGET)
    alone = sum(table.costs[row] for row in table.alone_rows())
    what = "Networks, at most" if _all_cost_one(table) else "Cost of the networks, at most"
    asked = st.number_input(
        what if least else f"{what} (0 = as many as pay off)",
        least,
        float(max(len(table.task_names), ceil(alone))),
        step=1.0 if _all_cost_one(table) else 0.5,
        format="%g",
        **bound("networks"),
    )
    return float(asked) if asked else None


def _all_cost_one(table: GainTable) -> bool:
    return bool((table.costs == 1).all())
