"""Groups: tune the number of groups; every position is a look-up of what the run computed."""

import streamlit as st

from core.grouping import rank_groupings
from dashboard.answer import show_advice
from dashboard.jobs import require_report
from dashboard.results import current_run
from dashboard.show_selection import show_groups_in_selection
from dashboard.tables import alternative_rows
from dashboard.tune_groups import tune_groups

run = current_run()
report = require_report(run)
show_advice(report)
tune_groups(report)
show_groups_in_selection(run, report)
st.subheader("Other ways to group, the best first")
st.dataframe(
    alternative_rows(rank_groupings(report.groupings), report.task_names),
    hide_index=True,
    alt="Alternative groupings, ranked",
)
