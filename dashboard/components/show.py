"""Put a drawn chart on the page: the right Streamlit call, its text alternative, its height."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st
from jaxtyping import Int
from plotly.graph_objects import Figure

from dashboard.charts.cells import cell_at
from dashboard.charts.chart import Chart, EChart

_PLOTLY_CONFIG = {"displaylogo": False, "modeBarButtonsToRemove": ["lasso2d", "select2d"]}


def show_chart(chart: Chart[Any], *, key: str, clickable: bool = False) -> Any:
    """Show an ECharts option or a Plotly figure.

    Args:
        chart: what a `draw_` function returned.
        key: identity on the page; a selection survives changes of the chart under one key.
        clickable: rerun the page when a cell, node or edge is clicked.

    Returns:
        The selection event of a clickable ECharts chart, None otherwise; see `clicked`.
    """
    if isinstance(chart.figure, Figure):
        st.plotly_chart(
            chart.figure, key=key, height=chart.height, config=_PLOTLY_CONFIG, alt=chart.alt
        )
        return None
    if not clickable:
        st.echarts_chart(chart.figure, key=key, height=chart.height, alt=chart.alt)
        return None
    return st.echarts_chart(
        chart.figure, key=key, height=chart.height, alt=chart.alt, on_select="rerun"
    )


def show_cells(
    chart: EChart, order: Sequence[int] | Int[np.ndarray, " task"], *, key: str
) -> tuple[int, int] | None:
    """Show a matrix drawn in `order`; the (source, target) task numbers of the clicked cell."""
    place = clicked(show_chart(chart, key=key, clickable=True))
    return None if place is None else cell_at(place, order)


def show_graph(chart: EChart, *, key: str) -> tuple[str, int] | None:
    """Show a task graph; `node` or `edge`, and the number of the clicked one as it was drawn."""
    event = show_chart(chart, key=key, clickable=True)
    for kind in ("node", "edge"):
        if (place := clicked(event, kind)) is not None:
            return kind, place
    return None


def clicked(event: Any, kind: str = "main") -> int | None:
    """The number of the clicked item in the data of the first series; None where there is none.

    Args:
        event: what `show_chart` returned.
        kind: `main` for a cell, `node` or `edge` in a graph.
    """
    for part in event.selection.selected if event else ():
        if part["series_index"] == 0 and part["data_type"] == kind and part["data_indices"]:
            return int(part["data_indices"][0])
    return None
