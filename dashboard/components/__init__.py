"""What talks to the browser: charts on the page, and the picture of a million points.

event = show_chart(draw_affinity(affinity, order, labels, dark=dark), key="cells", clickable=True)
cell = clicked(event)                       # cell_at(cell, order) names the two tasks
outline = show_points(xy, colour_index, legend, key="map", dark=dark)
"""

from dashboard.components.points import show_points
from dashboard.components.show import clicked, show_chart

__all__ = ["clicked", "show_chart", "show_points"]
