"""Columns that number persons though their names do not say so, and columns that only look so."""

import numpy as np
import pandas as pd
import pytest

from core.data import assign_roles, find_issues, load_table
from core.data.issues.issue import PATIENT


def visits(n_persons=200, each=3, slips=0):
    """Rows of persons in no order: sex and year of birth stay, the others do not."""
    rng = np.random.default_rng(0)
    n = n_persons * each
    person = np.repeat(np.arange(n_persons), each)
    frame = pd.DataFrame(
        {
            "case": 7 * person + 1000,
            "sex": rng.choice(["f", "m"], n_persons)[person],
            "born": rng.integers(1930, 2000, n_persons)[person],
            "pulse": rng.integers(50, 120, n),
            "potassium": rng.normal(4, 0.5, n),
        }
    )
    frame.loc[rng.permutation(n)[:slips], "born"] = 1900
    for name in ("y_1", "y_2"):
        frame[name] = rng.integers(0, 2, n)
    return frame.sample(frac=1, random_state=0, ignore_index=True)


def proposed(frame, **roles):
    issues = find_issues(frame, assign_roles(frame, "y_*", **roles))
    return [name for issue in issues for name, how in issue.mends if how == PATIENT]


@pytest.mark.parametrize(("n_persons", "each"), [(1000, 2), (200, 3), (50, 10)])
def test_a_column_in_whose_rows_others_stay_is_proposed(n_persons, each):
    frame = visits(n_persons, each)
    assert proposed(frame) == ["case"]
    assert proposed(frame.assign(case="K-" + frame["case"].astype(str))) == ["case"]
    holes = frame.assign(case=frame["case"].where(np.arange(len(frame)) % 9 > 0))
    assert proposed(holes) == ["case"]


def test_the_warning_names_what_stays_and_the_way_out():
    (issue,) = find_issues(visits(), assign_roles(visits(), "y_*"))
    assert issue.severity == "warning"
    assert "Column 'case' may say whose row it is" in issue.message
    assert "'sex'" in issue.message
    assert "'born'" in issue.message
    assert "--patient-id" in issue.message
    assert len(np.unique(load_table(visits(), "y_*", patient_id="case").patient)) == 200


def test_slips_of_the_pen_do_not_hide_it():
    assert proposed(visits(slips=3)) == ["case"]
    assert proposed(visits(slips=60)) == []


def test_nothing_is_proposed_beside_a_patient_id():
    frame = visits()
    assert proposed(frame, patient_id="case") == []
    assert proposed(frame.assign(patient_id=frame["case"])) == ["patient_id"]


def test_one_column_that_stays_is_not_enough():
    assert proposed(visits().drop(columns="sex")) == []


def test_bands_of_a_number_say_nothing_of_persons():
    rng = np.random.default_rng(0)
    age = rng.integers(18, 95, 1000)
    frame = pd.DataFrame({"age": age, "decade": age // 10, "band": age // 5, "is_old": age > 65})
    for name in ("y_1", "y_2"):
        frame[name] = rng.integers(0, 2, 1000)
    assert proposed(frame) == []


def test_the_real_tables_have_no_such_column(shared_data):
    for path in sorted(shared_data.glob("*.parquet")):
        assert proposed(pd.read_parquet(path)) == [], path.stem
