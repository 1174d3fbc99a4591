"""Measured groups: somebody trained them already; which networks are worth keeping?"""

import numpy as np
import streamlit as st

from core.errors import TaskGroupingError
from core.evidence.search import GainTable, Rules
from dashboard.charts.network_gains import draw_network_gains
from dashboard.components import show_chart
from dashboard.end_of_page import end_page
from dashboard.measured_choice import Choice, choose_networks, gain_curve, is_curve_near, to_json
from dashboard.measured_networks import places_of, show_networks, show_numbers, task_rows
from dashboard.measured_rules import ask_direction, ask_rules, unit_of
from dashboard.measured_table import ask_for_table
from dashboard.session import is_dark
from dashboard.words import show_error


def show_curve(table: GainTable, rules: Rules, choice: Choice) -> None:
    """The picture; for many tasks its curve is computed on a click."""
    curve, is_near = np.zeros(0), is_curve_near(table, rules)
    if is_near or st.button("Compute the best of every budget (minutes)", key="curve"):
        with st.spinner("Selecting for every budget"):
            curve = gain_curve(table, rules)
        if not is_near:
            st.rerun()  # the curve takes the place of the button
    chart = draw_network_gains(
        curve, places_of(table, choice), choice.random, unit_of(table), dark=is_dark()
    )
    show_chart(chart, key="network_gains")


table = ask_for_table()
if table is None:
    end_page()
table = ask_direction(table)
try:
    rules = ask_rules(table)
    with st.spinner("Selecting the networks"):
        choice = choose_networks(table, rules)
except TaskGroupingError as error:  # rules that contradict each other or leave nothing
    show_error(error)
    end_page()
chosen = choice.selection
proven = "the best of all that keep these rules" if chosen.exact else "the best that was found"
networks = f"{len(chosen.groups)} network{'s'[: len(chosen.groups) != 1]}"
st.subheader(f"{networks}, cost {chosen.cost:g}: {proven}")
st.caption(table.coverage() or "The table lists every possible group.")
show_numbers(choice)
show_networks(chosen, table.task_names)
show_curve(table, rules, choice)
st.dataframe(
    task_rows(table, chosen), hide_index=True, height="content", alt="Every task and its gain"
)
st.download_button(
    "Download as JSON",
    to_json(table, chosen),
    "networks.json",
    "application/json",
    icon=":material/download:",
    on_click="ignore",
    key="networks_json",
    help="The same as `taskscape select TABLE --json` prints.",
)
st.caption(
    "Chosen and reported on the same numbers, so the best looks better than it is. Judge the "
    "chosen networks on numbers that the choice did not see, a test table of the same groups."
)
