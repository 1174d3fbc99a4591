"""How selected samples differ from the others: the columns with the largest differences."""

from typing import Any

from core.report.marks import OKABE_ITO
from core.selection.profile import Difference, Profile
from dashboard.charts.chart import Chart, EChart
from dashboard.charts.echarts_look import bare_axis, heading
from dashboard.charts.text import clean, number, percent, rich, short
from dashboard.theme import ink, readable

MOST_BARS = 14
_ROW = 24


def draw_profile(profile: Profile, *, dark: bool = False) -> EChart:
    """A bar a column, right where the selected rows have more of it; in standard deviations.

    Args:
        profile: its differences, largest first; those with a small count are left out.
        dark: whether the page is dark.
    """
    shown = [one for one in profile.differences if not one.note][:MOST_BARS]
    names = [rich(short(one.column)) for one in shown]
    option = {
        "title": heading("What sets the selected rows apart", dark),
        "animation": False,
        "tooltip": {"confine": True},
        "grid": {"left": 0, "right": 150, "top": 36, "bottom": 30, "containLabel": True},
        "xAxis": {
            "type": "value",
            "name": "standard deviations",
            "nameLocation": "middle",
            "nameGap": 24,
            "nameTextStyle": {"color": ink(dark).text},
            "axisLabel": {"color": ink(dark).text},
            "splitLine": {"lineStyle": {"color": ink(dark).line}},
        },
        "yAxis": bare_axis(names, dark) | {"inverse": True},
        "series": [_bars(shown, dark)],
    }
    return Chart(option, _words(profile, shown), 80 + _ROW * max(3, len(shown)))


def say_both(one: Difference) -> str:
    """The column inside and outside, as text."""
    form = percent if one.is_share else number
    return f"{form(one.inside)} against {form(one.outside)}"


def _bars(shown: list[Difference], dark: bool) -> dict[str, Any]:
    return {
        "type": "bar",
        "name": "difference",
        "barWidth": 14,
        "data": [
            {
                "value": round(one.effect, 3),
                "itemStyle": {
                    "color": readable(OKABE_ITO[3 if one.is_label else 0], dark),
                    "decal": {"symbol": "none"},
                },
                "label": {
                    "show": True,
                    "position": "right",  # on the left it would cover the names
                    "formatter": say_both(one) + (" (label)" if one.is_label else ""),
                    "color": ink(dark).text,
                    "fontSize": 11,
                },
            }
            for one in shown
        ],
    }


def _words(profile: Profile, shown: list[Difference]) -> str:
    head = (
        f"Bars of the {len(shown)} largest differences between {profile.n_inside:,} selected rows "
        f"and {profile.n_outside:,} others, in standard deviations."
    )
    if not shown:
        return head
    return f"{head} Largest: {clean(shown[0].column)}, {say_both(shown[0])}."
