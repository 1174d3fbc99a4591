"""One click mends an issue of an upload; the table itself waits unchanged until the run is made."""

import numpy as np
import pandas as pd
import pytest

from core.runs import Run
from tests.cohort import small_cohort
from tests.dashboard.visit import boxes, check_sound, visit, words


@pytest.fixture
def frame():
    frame = small_cohort().frame
    glucose = np.random.default_rng(0).uniform(3, 9, len(frame)).round(1)
    glucose[:20] = -999
    days = pd.date_range("2020-01-13", periods=len(frame)).strftime("%d/%m/%Y")
    return frame.assign(glucose=glucose, admitted=days, record=np.arange(len(frame)) + 10_000)


@pytest.fixture
def upload(tmp_path, monkeypatch):
    """A function that uploads a frame and gives its page."""
    monkeypatch.setenv("TASKSCAPE_RUNS", str(tmp_path))
    monkeypatch.setattr(Run, "start", lambda run, job="run": None)

    def upload_it(frame):
        at = visit()
        at.file_uploader[0].upload("mine.csv", frame.to_csv(index=False).encode()).run()
        check_sound(at)
        return at

    return upload_it


@pytest.fixture
def draft(upload, frame):
    return upload(frame)


def click(at, label):
    next(one for one in at.button if one.label == label).click().run()
    check_sound(at)


def role_of(at, column):
    table = next(one.value for one in at.dataframe if "role" in one.value)
    return table.set_index("column").at[column, "role"]


def labels(at):
    return [one.label for one in at.button]


def test_a_number_that_stands_for_missing_a_date_and_a_record_number(draft, frame, tmp_path):
    assert "--mend" not in words(draft), "the words of the command line stay there"
    assert "the button reads it so" in boxes(draft)
    click(draft, "-999 is missing")
    assert "-999 is missing" not in labels(draft)
    click(draft, "Read as dates")
    click(draft, "Ignore it")
    assert "Mended by you: read otherwise: glucose (missing:-999), admitted" in words(draft)
    assert role_of(draft, "record") == "ignore"
    draft.button(key="start_draft").click().run()
    assert not draft.exception
    (path,) = tmp_path.glob("*/data.parquet")
    run = Run(path.parent)
    kept = pd.read_parquet(path)
    assert "record" not in kept
    assert kept["glucose"].isna().sum() == (frame["glucose"] == -999).sum()
    assert run.spec.roles["mends"] == {"glucose": "missing:-999", "admitted": "day_first"}
    assert len(run.table().features) == len(frame)


def test_mends_can_be_taken_back_and_the_upload_was_never_changed(draft):
    click(draft, "-999 is missing")
    click(draft, "Ignore it")
    assert role_of(draft, "record") == "ignore"
    click(draft, "Take the mends back")
    assert "Mended by you" not in words(draft)
    assert role_of(draft, "record") == "feature"
    assert "-999 is missing" in labels(draft)


def test_what_was_marked_by_hand_and_the_patterns_outlive_a_mend(draft):
    ignore = next(one for one in draft.text_input if one.label.startswith("Columns to ignore"))
    ignore.set_value("admitted").run()
    click(draft, "Ignore it")
    assert (role_of(draft, "admitted"), role_of(draft, "record")) == ("ignore", "ignore")
    ignore = next(one for one in draft.text_input if one.label.startswith("Columns to ignore"))
    ignore.set_value("").run()
    check_sound(draft)
    assert (role_of(draft, "admitted"), role_of(draft, "record")) == ("feature", "ignore")


def test_texts_that_stand_for_missing_are_named_and_taken_out_by_a_click(
    frame, tmp_path, monkeypatch
):
    monkeypatch.setenv("TASKSCAPE_RUNS", str(tmp_path))
    monkeypatch.setattr(Run, "start", lambda run, job="run": None)
    texts = np.where(np.arange(len(frame)) % 9, frame["glucose"].abs().astype(str), "<0.01")
    sex = np.array(["m", "f", "unknown"])[np.arange(len(frame)) % 3]
    frame = frame.drop(columns=["record", "admitted"]).assign(glucose=texts, sex=sex)
    at = visit()
    at.file_uploader[0].upload("mine.csv", frame.to_csv(index=False).encode()).run()
    assert "left out: the button reads those cells as missing" in boxes(at).replace("\\", "")
    click(at, "Read as numbers")
    click(at, "unknown is missing")
    click(at, "999 is missing")
    assert "read otherwise: glucose (numbers_but:<0.01|999), sex (missing:unknown)" in words(at)
    at.button(key="start_draft").click().run()
    (path,) = tmp_path.glob("*/spec.json")
    run = Run(path.parent)
    assert run.spec.roles["mends"] == {"glucose": "numbers_but:<0.01|999", "sex": "missing:unknown"}
    assert {"glucose", "sex=m"} <= set(run.table().feature_names)


def test_a_column_that_says_whose_rows_they_are_becomes_the_patient_id(upload, tmp_path):
    visits = small_cohort().frame
    draft = upload(visits.assign(patient_id=[f"P{row // 3}" for row in range(len(visits))]))
    assert "says by its name whose row it is" in boxes(draft)
    click(draft, "It names patients")
    assert role_of(draft, "patient_id") == "patient id"
    assert "It names patients" not in labels(draft)
    draft.button(key="start_draft").click().run()
    assert not draft.exception
    (path,) = tmp_path.glob("*/data.parquet")
    assert Run(path.parent).spec.roles["patient_id"] == "patient_id"
