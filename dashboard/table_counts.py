"""How large the table of a run is, and what of a large one its pages look at."""

import numpy as np
import streamlit as st

from core.runs import Run
from core.values import Split, Task, TaskTable
from dashboard.results import survey_of, table_of


def show_counts(run: Run, table: TaskTable) -> None:
    """Rows, patients where some have several, features and tasks; of a table that is read in
    batches those of the whole file."""
    survey = survey_of(run)
    n_rows = survey.n_rows if survey else len(table.features)
    n_patients = survey.n_patients if survey else len(np.unique(table.patient))
    n_train = survey.n_in(Split.TRAIN) if survey else len(table.rows(Split.TRAIN))
    with st.container(horizontal=True):
        st.metric("Rows", f"{n_rows:,}")
        if n_patients < n_rows:
            st.metric("Patients", f"{n_patients:,}", help="By the column of patient ids.")
        st.metric("Features", f"{len(table.feature_names):,}", help="Texts count one a category.")
        st.metric("Tasks", len(table.tasks))
        st.metric("Rows the landscape sees", f"{n_train:,}", help="The training split.")
    if survey:
        st.caption(
            "The table is read in batches from the run's own copy: counts and the landscape are "
            f"of all {n_rows:,} rows. The picture of labels, the rows below, the map, profiles and "
            f"what Evidence trains are of {_drawn(table)}."
        )


def tasks_of(run: Run) -> tuple[tuple[Task, ...], int]:
    """The tasks as every row has them, and how many rows there are."""
    survey, table = survey_of(run), table_of(run)
    return (survey.tasks, survey.n_rows) if survey else (table.tasks, len(table.labels))


def say_sample(run: Run) -> None:
    """What is looked at of a table that is read in batches; nothing of any other."""
    if survey := survey_of(run):
        st.caption(
            f"The table of {survey.n_rows:,} rows is read in batches; what is trained and profiled "
            f"are {_drawn(table_of(run))}."
        )


def _drawn(table: TaskTable) -> str:
    return f"{len(table.features):,} of its rows, drawn evenly and with more of rare labels"
