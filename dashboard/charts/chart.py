"""What every `draw_` returns: a figure, the sentence that says the same in words, a height.

chart = draw_affinity(affinity, order, labels, dark=dark)
show_chart(chart, key="affinity")     # dashboard.components
"""

from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from plotly.graph_objects import Figure

FigureT = TypeVar("FigureT")


@dataclass(frozen=True)
class Chart(Generic[FigureT]):
    """A drawn value.

    `figure` is an ECharts option or a Plotly figure; `alt` is its text alternative, plain text
    without names cut short; `height` is in CSS pixels.
    """

    figure: FigureT
    alt: str
    height: int


EChart: TypeAlias = Chart[dict[str, Any]]
PlotlyChart: TypeAlias = Chart[Figure]
