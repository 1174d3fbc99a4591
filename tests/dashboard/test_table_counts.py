"""Rows are called rows and patients patients, where a patient has several rows."""

from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.data import load_table
from dashboard.tables import task_rows
from tests.cohort import small_cohort
from tests.dashboard.visit import PATIENCE_S


@pytest.fixture(scope="module")
def table():
    return load_table(small_cohort(60).frame, targets="y_*")


def counts(table, monkeypatch):
    def page(table):
        from dashboard.table_counts import show_counts

        show_counts(None, table)

    monkeypatch.setattr("dashboard.table_counts.survey_of", lambda run: None)
    at = AppTest.from_function(page, args=(table,), default_timeout=PATIENCE_S).run()
    assert not at.exception
    return {metric.label: metric.value for metric in at.metric}


def test_patients_are_counted_beside_rows_where_they_have_several(table, monkeypatch):
    assert counts(table, monkeypatch)["Rows"] == "60"
    assert "Patients" not in counts(table, monkeypatch)
    several = replace(table, patient=np.arange(60) // 5)
    assert counts(several, monkeypatch)["Patients"] == "12"


def test_what_is_counted_of_a_task_are_rows(table):
    assert task_rows(table.tasks, 60)["labelled rows"].tolist() == [60] * 6
