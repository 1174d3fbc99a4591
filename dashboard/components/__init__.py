"""What talks to the browser: charts, the picture of a million points, the presentation.

pair = show_cells(draw_affinity(affinity, order, labels, dark=dark), order, key="cells")
task = show_graph(draw_task_graph(graph, labels, layout, dark=dark), names, key="graph")
show_points(xy, colours, key="map", on_draw=select, on_rest=tell, dark=dark)
show_slides(story, key="slides")
"""

from dashboard.components.points import Detail, DetailPart, show_points
from dashboard.components.show import clicked, show_cells, show_chart, show_graph
from dashboard.components.slides import show_slides

__all__ = [
    "Detail",
    "DetailPart",
    "clicked",
    "show_cells",
    "show_chart",
    "show_graph",
    "show_points",
    "show_slides",
]
