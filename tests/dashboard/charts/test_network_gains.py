"""The picture of measured networks shows the numbers it is given, and says them in words."""

import numpy as np
import pytest

from dashboard.charts.network_gains import Place, draw_network_gains, gain_text
from tests.dashboard.charts.values import assert_inert_figure

CURVE = np.array([np.nan, 0.05, 0.08])
PLACES = (Place("this selection", 2.0, 0.05), Place("each task alone", 3.0, 0.0))
RANDOM = np.array([-0.02, 0.01])


def traces(chart):
    return {trace.name: trace for trace in chart.figure.data}


@pytest.mark.parametrize("dark", [False, True])
def test_the_numbers_stand_where_they_belong(dark):
    chart = draw_network_gains(CURVE, PLACES, RANDOM, "number of networks", dark=dark)
    found = traces(chart)
    np.testing.assert_array_equal(found["best selection"].x, [1, 2, 3])
    np.testing.assert_array_equal(found["best selection"].y, CURVE)
    np.testing.assert_array_equal(found["random selections"].x, [2, 2])
    np.testing.assert_array_equal(found["random selections"].y, RANDOM)
    assert (found["each task alone"].x[0], found["each task alone"].y[0]) == (3.0, 0.0)
    assert chart.figure.layout.xaxis.title.text == "number of networks"
    assert_inert_figure(chart.figure)


def test_the_words_say_the_same():
    alt = draw_network_gains(CURVE, PLACES, RANDOM, "cost").alt
    assert "best by number of networks: 2 +5.00 %, 3 +8.00 %" in alt
    assert "this selection +5.00 % at cost 2" in alt
    assert "2 random selections -2.00 % to +1.00 %" in alt


def test_what_is_not_known_is_not_drawn():
    places = (PLACES[0], Place("all together", 1.0, float("nan")))
    chart = draw_network_gains(np.zeros(0), places, np.zeros(0), "cost")
    assert "best selection" not in traces(chart)
    assert "all together" not in traces(chart)
    assert "random" not in chart.alt


def test_a_gain_is_told_with_its_sign():
    assert [gain_text(gain) for gain in (0.0341, -0.5, float("nan"))] == [
        "+3.41 %",
        "-50.00 %",
        "–",
    ]
