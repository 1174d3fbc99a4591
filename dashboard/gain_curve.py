"""The gain at every number of groups on a page: a picture and its table."""

import pandas as pd
import streamlit as st

from core.trials import Evidence
from dashboard.charts.chart import PlotlyChart
from dashboard.charts.mean_gains import with_interval
from dashboard.components import show_chart
from dashboard.evidence_tables import networks_of


def show_gain_curve(chart: PlotlyChart, evidence: Evidence) -> None:
    """The picture, and its table on demand."""
    st.subheader("What did training gain at every number of groups?")
    show_chart(chart, key="gain")
    st.caption(
        "Of each number of groups the grouping that did best on validation rows, judged on test "
        "rows, with 95 % intervals; the ring is the number on show. Affinities propose; "
        "this decides."
    )
    with st.expander("The same as a table"):
        st.dataframe(
            gain_rows(evidence),
            hide_index=True,
            alt="Test gain of the best grouping of every number of groups",
        )


def gain_rows(evidence: Evidence) -> pd.DataFrame:
    """One row a number of groups."""
    return pd.DataFrame(
        [
            {
                "groups": trial.n_groups,
                "test gain (95 % interval)": with_interval(evidence.gain(trial), evidence.judge),
                "from": trial.origin,
                "which": " · ".join(networks_of(evidence, trial)),
            }
            for trial in evidence.by_number
        ]
    )
