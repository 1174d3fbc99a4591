"""What is picked above the map: which map, and by what its points are coloured."""

import streamlit as st

from core.projection import PROJECTIONS
from core.values import Points, TaskTable
from dashboard.charts.column_colours import list_columns
from dashboard.charts.text import clean
from dashboard.session import bound, view
from dashboard.shown import colours_of, shown_colour, shown_column
from dashboard.widgets import pick_one


def pick_map(points: Points, table: TaskTable | None) -> str:
    """The map on show; the colours are kept in the view."""
    with st.container(horizontal=True, gap="large"):
        method: str = pick_one(
            "Map",
            list(PROJECTIONS.methods),
            format_func=lambda key: PROJECTIONS.methods[key].title,
            **bound("map_method"),
        )
        shown = shown_colour(points, view(), table)
        pick_one("Colour by", colours_of(points, table), **bound("colour_by", shown))
    if shown == "column" and table is not None:
        st.selectbox(
            "Column",
            list(list_columns(table)),
            format_func=clean,
            width=280,
            **bound("column", shown_column(table, view())),
        )
    return method
