"""Texts that differ only by capitals are told, and read alike where that is asked for."""

import numpy as np
import pandas as pd
import pytest

from core.command.tables import Columns, make_run
from core.data import assign_roles, find_issues, load_table, mend_columns
from core.values import Kind
from tests.cohort import SMALL_PLAN
from tests.inputs import good_frame

MENDS = {"smoker": "lower_case then missing:unknown", "y_third": "lower_case"}


def mixed_frame():
    words = np.array(["yes", "no ", "Yes", "NO", "Unknown"])
    answers = np.random.default_rng(2).permutation(["Y", "n", "N", "y"] * 50)
    return good_frame().assign(smoker=words[np.arange(200) % 5], y_third=answers)


def told(frame):
    issues = find_issues(frame, assign_roles(frame, "y_*"))
    return {issue.column: issue for issue in issues if "capitals" in issue.message}


def test_a_sentence_names_them_and_the_mend():
    found = told(mixed_frame())
    assert list(found) == ["smoker", "y_third"]
    assert "('NO', 'no', 'Yes', 'yes'), and each counts by itself" in found["smoker"].message
    assert "--mend 'smoker=lower_case' reads them alike" in found["smoker"].message
    assert found["y_third"].mends == (("y_third", "lower_case"),)


@pytest.mark.parametrize(
    "values",
    [["yes", "no"], ["Yes", "No"], [1, 2], [f"n{k}" for k in range(200)]],
)
def test_texts_that_are_not_alike_are_left_alone(values):
    assert not told(good_frame().assign(e=(values * 200)[:200]))


def test_they_are_read_alike():
    frame = mixed_frame()
    frame.loc[7, "smoker"] = None
    mended = mend_columns(frame, MENDS)
    assert set(mended["smoker"].dropna()) == {"yes", "no"}
    assert mended["smoker"].isna().sum() == 41
    assert not told(mended)
    assert mend_columns(mended, MENDS).equals(mended)
    assert load_table(frame, "y_*").tasks[2].kind is Kind.MULTICLASS
    assert load_table(frame, "y_*", mends=MENDS).tasks[2].kind is Kind.BINARY


@pytest.mark.parametrize("stream", ["never", "always"])
def test_a_run_keeps_them_alike_whole_or_streamed(tmp_path, stream):
    mixed_frame().to_parquet(tmp_path / "t.parquet", row_group_size=30)
    columns = Columns(("y_*",), (), None, {}, MENDS)
    run = make_run(tmp_path / "t.parquet", tmp_path / "run", columns, SMALL_PLAN, stream)
    assert "smoker=yes" in run.table().feature_names
    rows = run.path / "streamed" / "rows.parquet"
    kept = pd.read_parquet(rows if rows.is_file() else run.path / "data.parquet")
    assert set(kept["smoker"].dropna()) == {"yes", "no"}
    assert set(kept["y_third"]) == {"y", "n"}
