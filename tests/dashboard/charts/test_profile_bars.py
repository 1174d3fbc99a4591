"""The bars of a profile: the largest told differences, nothing hidden, names inert."""

import json

import pytest

from core.selection.profile import FEW_NOTE, Difference, Profile
from dashboard.charts.profile_bars import MOST_BARS, draw_profile
from tests.dashboard.charts.values import HOSTILE

NAN = float("nan")


def profile_of(n):
    told = [
        Difference(name, k % 2 == 0, k % 2 == 0, 0.5, 0.25, 1.0 - 0.01 * k)
        for k, name in enumerate((*HOSTILE, *(f"column {k}" for k in range(n))))
    ]
    hidden = Difference("rare", True, True, NAN, NAN, NAN, FEW_NOTE)
    return Profile(50, 100, 500, (50, 100), (*told, hidden))


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("n", [0, 40])
def test_the_largest_differences_are_drawn_and_hidden_ones_are_not(n, dark):
    chart = draw_profile(profile_of(n), dark=dark)
    text = json.dumps(chart.figure, allow_nan=False)
    assert "rare" not in text
    bars = chart.figure["series"][0]["data"]
    assert len(bars) == min(MOST_BARS, n + len(HOSTILE))
    assert [bar["value"] for bar in bars] == sorted((b["value"] for b in bars), reverse=True)
    assert bars[0]["label"]["formatter"] == "50 % against 25 % (label)"
    assert bars[1]["label"]["formatter"] == "0.500 against 0.250"
    assert "{" not in "".join(chart.figure["yAxis"]["data"])
    assert "50 selected rows and 100 others" in chart.alt


def test_a_profile_with_nothing_to_tell_is_an_empty_chart():
    chart = draw_profile(Profile(50, 100, 500, (50, 100), (profile_of(0).differences[-1],)))
    assert chart.figure["series"][0]["data"] == []
    assert chart.height > 0
