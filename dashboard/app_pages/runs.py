"""Runs: what was computed on this machine; open, compare, rename, move or delete."""

import streamlit as st

from core.errors import TaskGroupingError
from core.runs import list_runs
from dashboard.follow import follow_runs
from dashboard.on_show import runs_root
from dashboard.run_comparison import offer_comparison
from dashboard.run_row import confirm_delete, show_row
from dashboard.run_transfer import offer_import, say_imported
from dashboard.words import show_error

runs = list_runs(runs_root())
with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
    st.caption(f"{len(runs)} run{'s'[: len(runs) != 1]} on this machine, the newest first.")
    offer_import()
say_imported()
follow_runs(runs)
offer_comparison(runs)
for run in runs:
    with st.container(border=True):
        try:
            show_row(run)
        except TaskGroupingError as error:
            show_error(error)
            if st.button("Delete", key=f"delete_{run.id}"):
                confirm_delete(run)
