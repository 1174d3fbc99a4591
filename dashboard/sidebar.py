"""The run on show, on every page: what it is and where it is."""

import streamlit as st

from core.errors import TaskGroupingError
from dashboard.results import current_run
from dashboard.words import plain, state_badge


def show_run() -> None:
    """Name, size and state of the run on show, in the sidebar."""
    with st.sidebar:
        try:
            run = current_run()
            spec, status = run.spec, run.status()
        except TaskGroupingError as error:
            st.caption(plain(str(error)))
            return
        with st.container(border=True):
            st.text(spec.name)
            st.caption(f"{spec.n_rows:,} rows · {len(spec.roles['targets'])} tasks")
            state_badge(status)
