"""What talks to the browser: charts, the picture of a million points, the presentation.

pair = show_cells(draw_affinity(affinity, order, labels, dark=dark), order, key="cells")
task = show_graph(draw_task_graph(graph, labels, layout, dark=dark), names, key="graph")
outline = show_points(xy, colours, key="map", dark=dark)
show_slides(story, key="slides")
"""

from dashboard.components.points import show_points
from dashboard.components.show import clicked, show_cells, show_chart, show_graph
from dashboard.components.slides import show_slides

__all__ = ["clicked", "show_cells", "show_chart", "show_graph", "show_points", "show_slides"]
