"""Put a drawn chart on the page: the right Streamlit call, its text alternative, its height."""

from typing import Any

import streamlit as st
from plotly.graph_objects import Figure

from dashboard.charts.chart import Chart

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
