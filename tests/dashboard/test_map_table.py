"""The picture as a table: every point counted once, under its colour."""

import numpy as np

from dashboard.charts.legend import name_legend
from dashboard.charts.point_colours import PointColours
from dashboard.map_table import map_rows
from dashboard.selection import Part, SampleSelection

XY = np.array([[0.0, 0.0], [2.0, 4.0], [1.0, 1.0], [9.0, 9.0]])
COLOURS = PointColours(np.array([0, 0, 2, 2], dtype=np.uint8), name_legend("task", ["a", "b", "c"]))


def test_every_colour_that_has_points_is_a_row_with_their_number_and_middle():
    rows = map_rows(XY, COLOURS, None)
    assert rows["task"].tolist() == ["1 a", "3 c"]
    assert rows["points"].tolist() == [2, 2]
    assert rows["mean across"].tolist() == [1, 5]
    assert rows["mean up"].tolist() == [2, 5]
    assert "selected" not in rows


def test_the_selected_points_are_counted_by_colour():
    box = Part(((-1.0, -1.0), (3.0, -1.0), (3.0, 3.0), (-1.0, 3.0)))
    rows = map_rows(XY, COLOURS, SampleSelection("pca", (box,)))
    assert rows["selected"].tolist() == [1, 1]
