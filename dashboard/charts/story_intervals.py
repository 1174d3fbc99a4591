"""A chart of the report: intervals about 0, one row a comparison or a task."""

from plotly.graph_objects import Figure, Scatter

from core.report.story import Chart as StoryChart
from dashboard.charts.chart import Chart, PlotlyChart
from dashboard.charts.plotly_look import FEWEST_ROWS, dress, list_down
from dashboard.charts.text import plotly, short
from dashboard.theme import ink

_ROW = 34


def draw_intervals(told: StoryChart, *, dark: bool = False) -> PlotlyChart:
    """The rows of the story from top to bottom, each value with its range and the line at 0."""
    rows, colour = told.intervals, ink(dark).accent
    figure = Figure(
        Scatter(
            x=[row.value for row in rows],
            y=list(range(len(rows))),
            mode="markers",
            marker={"size": 11, "color": colour, "symbol": "diamond"},
            error_x={
                "type": "data",
                "array": [row.high - row.value for row in rows],
                "arrayminus": [row.value - row.low for row in rows],
                "color": colour,
                "thickness": 2,
                "width": 5,
            },
            customdata=[[plotly(row.name), plotly(row.text)] for row in rows],
            hovertemplate="%{customdata[0]}<br>%{customdata[1]}<extra></extra>",
        )
    )
    height = 130 + max(FEWEST_ROWS, len(rows)) * _ROW
    dress(figure, plotly(told.title), height, dark)
    form = ".1~%" if told.is_share else ".3~f"
    figure.update_xaxes(title_text=plotly(told.axis), tickformat=form)
    list_down(figure, [plotly(short(row.name, 44)) for row in rows], dark, FEWEST_ROWS)
    figure.update_layout(showlegend=False)
    return Chart(figure, told.alt, height)
