"""A table with a row a task, as high as it is where that fits."""

import pandas as pd
import streamlit as st

MOST_ROWS = 20


def show_tasks(rows: pd.DataFrame, alt: str) -> None:
    """Show it whole where the tasks are few, else with a bar to scroll."""
    if len(rows) <= MOST_ROWS:
        st.dataframe(rows, height="content", hide_index=True, alt=alt)
    else:
        st.dataframe(rows, hide_index=True, alt=alt)
