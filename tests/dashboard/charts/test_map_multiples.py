"""Maps side by side: the same points, colours and frame, and how alike they are."""

import numpy as np
import pytest

from dashboard.charts.legend import group_legend, name_legend, scale_legend
from dashboard.charts.map_multiples import MOST_POINTS, Panel, draw_multiples
from dashboard.charts.point_colours import PointColours
from tests.dashboard.charts.values import HOSTILE, assert_inert_option


def panels(n_panels, n=100):
    rng = np.random.default_rng(0)
    return [
        Panel(f"Seed {k}", rng.normal(size=(n, 2)), 1.0 if not k else 0.9) for k in range(n_panels)
    ]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("n_panels", [1, 2, 3, 4])
def test_every_panel_shows_the_same_points_in_one_frame(n_panels, dark):
    colours = PointColours((np.arange(100) % 3).astype(np.uint8), group_legend(3))
    chart = draw_multiples(panels(n_panels), colours, dark=dark)
    option = chart.figure
    assert len(option["grid"]) == len(option["title"]) == n_panels
    for panel in range(n_panels):
        own = [one for one in option["series"] if one["xAxisIndex"] == one["yAxisIndex"] == panel]
        assert sum(len(one["data"]) for one in own) == 100
        assert [one["name"] for one in own] == ["A Group A", "B Group B", "C Group C"]
    assert len({(axis["min"], axis["max"]) for axis in option["xAxis"]}) == 1
    assert [title["text"] for title in option["title"]][1:2] == ["Seed 1, 90 % alike"][
        : n_panels - 1
    ]
    assert max(box["top"] + box["height"] for box in option["grid"]) < chart.height


def test_many_points_are_thinned_alike_in_every_panel_and_the_text_says_how_many():
    n = 50_000
    colours = PointColours(*scale_legend("loss", np.arange(n, dtype=float)))
    chart = draw_multiples(panels(2, n), colours)
    sizes = [
        [len(one["data"]) for one in chart.figure["series"] if one["xAxisIndex"] == panel]
        for panel in (0, 1)
    ]
    assert sizes[0] == sizes[1]
    assert sum(sizes[0]) == MOST_POINTS
    assert f"{MOST_POINTS:,} points on 2 maps, coloured by loss" in chart.alt
    assert "Seed 1: 90 % alike" in chart.alt


def test_hostile_names_stay_text():
    colours = PointColours(
        (np.arange(100) % len(HOSTILE)).astype(np.uint8), name_legend("t", HOSTILE)
    )
    assert_inert_option(draw_multiples(panels(2), colours).figure)
