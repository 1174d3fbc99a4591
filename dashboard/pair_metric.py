"""What a measure says of two tasks, and which measures a run went without."""

import numpy as np
import streamlit as st

from core.affinity import MEASURES
from core.affinity.given import GIVEN
from core.values import Affinity, Report
from dashboard.charts.measure import measure_title, unit_of
from dashboard.charts.text import number
from dashboard.words import plain


def show_pair_metrics(affinity: Affinity, source: int, target: int) -> None:
    """The value of a pair with its interval; of both directions where they differ."""
    names, unit = affinity.task_names, unit_of(affinity)
    both = ((source, target), (target, source)) if affinity.is_directed else ((source, target),)
    for a, b in both:
        way = f"{unit.capitalize()}: {plain(names[a])} → {plain(names[b])}"
        st.metric(
            way if affinity.is_directed else f"{measure_title(affinity.measure)} ({unit})",
            number(affinity.values[a, b]),
            _sureness(affinity, a, b),
            delta_color="off",
            delta_arrow="off",
        )


def show_left_out(report: Report) -> None:
    """Measures that are too slow for so many tasks to be made unasked."""
    made = {affinity.measure for affinity in report.affinities}
    if GIVEN in made:
        return
    for key, method in MEASURES.methods.items():
        if len(made) > 1 and key not in made and len(report.tasks) > method.most_tasks:
            st.caption(
                f"{method.title} is made unasked of up to {method.most_tasks:.0f} tasks; of more, "
                "choose it as the measure of a run."
            )


def _sureness(affinity: Affinity, source: int, target: int) -> str:
    """The interval of a pair, or why there is none."""
    low, high = affinity.low[source, target], affinity.high[source, target]
    if np.isfinite([low, high]).all():
        return f"95 % interval {number(float(low))} to {number(float(high))}"
    gaps = [gap.reason for gap in affinity.gaps if gap.where[source, target]]
    return gaps[0] if gaps else "no interval is known"
