"""Selected networks on a page: the numbers in a row, a card each, a table of the tasks."""

import numpy as np
import pandas as pd
import streamlit as st

from core.evidence.search import GainTable, Selection
from core.report.letters import letter
from dashboard.charts.network_gains import Place, gain_text
from dashboard.charts.text import clean, listed, number, short
from dashboard.group_cards import COLUMNS, LONGEST, MOST_NAMES
from dashboard.measured_choice import Choice
from dashboard.theme import group_mark
from dashboard.words import GROUP_SHAPES, plain

ALONE, TOGETHER, OWN = "each task alone", "all together", "this selection"


def places_of(table: GainTable, choice: Choice) -> tuple[Place, ...]:
    """This selection, then training alone and all together, as places of the picture."""
    chosen = choice.selection
    alone = float(table.costs[list(table.alone_rows())].sum())
    places = [Place(OWN, chosen.cost, chosen.mean_gain), Place(ALONE, alone, 0.0)]
    if np.isfinite(choice.together):
        places.append(Place(TOGETHER, table.cost(table.task_names), choice.together))
    return tuple(places)


def show_numbers(choice: Choice) -> None:
    """The mean gain beside what is simple and what is random."""
    chosen, random = choice.selection, choice.random
    mean = float(random.mean()) if len(random) else float("nan")
    spread = (
        f"{len(random)} random selections that keep the same rules and cost at most "
        f"{chosen.cost:g}: {gain_text(float(random.min()))} to {gain_text(float(random.max()))}."
        if len(random)
        else "No random selection that keeps these rules was met; they are too rare."
    )
    own, alone, together, chance = st.columns(4)
    own.metric("Mean gain of these networks", gain_text(chosen.mean_gain))
    alone.metric("Each task alone", "0 %", help="By definition: gains are relative to this.")
    together.metric(
        "All in one network", gain_text(choice.together), help="– where the table has no such row."
    )
    chance.metric("Random selections, mean", gain_text(mean), help=spread)


def show_networks(selection: Selection, names: tuple[str, ...]) -> None:
    """One card a network: the tasks it serves with their gains, and whom it only trains along."""
    numbers = range(len(selection.groups))
    for start in range(0, len(numbers), COLUMNS):
        row = numbers[start : start + COLUMNS]
        for column, place in zip(st.columns(min(COLUMNS, len(numbers))), row, strict=False):
            with column.container(border=True, height="stretch"):
                mark = group_mark(place)
                st.markdown(f"##### {GROUP_SHAPES[mark.shape]} Network {mark.letter}")
                st.text(_served(selection, place, names))
                st.caption(_beside(selection, place, names))


def task_rows(table: GainTable, selection: Selection) -> pd.DataFrame:
    """One row a task: its network, its number there and alone, the gain."""
    listed_at = list(zip(table.groups, table.costs.tolist(), strict=True))
    rows = [
        listed_at.index(key) for key in zip(selection.groups, selection.costs.tolist(), strict=True)
    ]
    alone = table.alone_rows()
    return pd.DataFrame(
        [
            {
                "task": clean(name),
                "network": letter(int(selection.assignment[task])),
                "gain": gain_text(float(selection.gains[task])),
                "number alone": number(float(table.losses[alone[task], task]), 4),
                "number there": number(
                    float(table.losses[rows[selection.assignment[task]], task]), 4
                ),
            }
            for task, name in enumerate(table.task_names)
        ]
    )


def _served(selection: Selection, place: int, names: tuple[str, ...]) -> str:
    tasks = np.flatnonzero(selection.assignment == place)
    lines = [
        f"{gain_text(float(selection.gains[task]))}  {short(names[task], LONGEST)}"
        for task in tasks[:MOST_NAMES]
    ]
    more = len(tasks) - MOST_NAMES
    return "\n".join(lines) + (f"\n… and {more} more" if more > 0 else "")


def _beside(selection: Selection, place: int, names: tuple[str, ...]) -> str:
    others = [
        f"{plain(names[task])} ({letter(int(selection.assignment[task]))})"
        for task in selection.groups[place]
        if selection.assignment[task] != place
    ]
    along = f" · also trains {listed(others)}, served by another network" if others else ""
    return f"cost {selection.costs[place]:g}{along}"
