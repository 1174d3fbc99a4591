"""Groups: tune the number of groups; every position is a look-up of what the run computed."""

import streamlit as st

from core.grouping import rank_groupings
from dashboard.answer import show_advice
from dashboard.jobs import require_report
from dashboard.on_show import current_run
from dashboard.selection_elsewhere import show_groups_in_selection
from dashboard.session import address
from dashboard.source import is_greyed
from dashboard.tables import alternative_rows
from dashboard.tune_groups import tune_groups

run = current_run()
report = require_report(run)
show_advice(report)
if report.evidence is None and not is_greyed(run, "evidence"):
    st.page_link(
        "app_pages/evidence.py",
        label="Not tested yet: train the groups and see whether they help",
        icon=":material/verified:",
        query_params=address(),
    )
tune_groups(report)
show_groups_in_selection(run, report)
st.subheader("Other ways to group, the best first")
st.dataframe(
    alternative_rows(rank_groupings(report.groupings), report.task_names),
    hide_index=True,
    alt="Alternative groupings, ranked",
)
