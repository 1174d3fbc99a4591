import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from core.data import assign_roles, build_table, load_table, read_frame
from core.data.features import REST, SHOWN_LEVELS
from core.errors import TableError
from tests.inputs import good_frame


def features_of(**columns):
    table = load_table(good_frame().assign(**columns), "y_*")
    return {
        name: table.features[:, place]
        for place, name in enumerate(table.feature_names)
        if place > 3
    }


def test_two_texts_become_one_column():
    found = features_of(sex=["F", "M", None, "M"] * 50)
    assert list(found) == ["sex=M"]
    np.testing.assert_array_equal(found["sex=M"][:4], [0, 1, np.nan, 1])


def test_one_hot_columns_sum_to_one_and_are_missing_together():
    found = features_of(ward=["icu", "er", None, "icu", "ward"] * 40)
    assert list(found) == ["ward=icu", "ward=er", "ward=ward"]  # the most frequent first
    total = sum(found.values())
    assert np.isnan(total[2::5]).all()
    assert (np.delete(total, np.s_[2::5]) == 1).all()


def test_rare_levels_share_a_column():
    found = features_of(drug=[f"d{k % 30:02}" for k in range(200)])
    assert len(found) == SHOWN_LEVELS + 1
    np.testing.assert_array_equal(sum(found.values()), np.ones(200))
    assert list(found)[-1] == f"drug={REST}"


def test_blank_text_is_missing():
    found = features_of(ward=["icu", " ", "er ", "er"] * 50, blank=[""] * 200)
    assert list(found) == ["ward=icu"]
    np.testing.assert_array_equal(found["ward=icu"][:4], [1, np.nan, 0, 0])


def test_free_text_is_left_out():
    assert features_of(note=[f"n{k}" for k in range(200)]) == {}


def test_booleans_dates_and_spans_become_numbers():
    found = features_of(
        flag=pd.array([True, False, None, True] * 50, dtype="boolean"),
        day=pd.date_range("1970-01-02", periods=200),
        local=pd.date_range("1970-01-02", periods=200, tz="Europe/Berlin"),
        stay=pd.to_timedelta(np.arange(200), unit="h"),
        leave=pd.Series(np.array(["9999-12-31", "NaT"] * 100, dtype="datetime64[s]")),
        mixed=pd.Series([1, 2.5, None, 4] * 50, dtype=object),
    )
    np.testing.assert_array_equal(found["flag"][:4], [1, 0, np.nan, 1])
    np.testing.assert_array_equal(found["day"], np.arange(1, 201))
    np.testing.assert_allclose(found["local"][0], 1 - 1 / 24, rtol=1e-6)
    np.testing.assert_allclose(found["leave"][:2], [2932896, np.nan])
    np.testing.assert_array_equal(found["mixed"][:4], [1, 2.5, np.nan, 4])
    np.testing.assert_allclose(found["stay"], np.arange(200) / 24, rtol=1e-6)


def test_patients_are_numbered_and_stay_together():
    frame = good_frame().assign(mrn=[f"P{k // 4}" for k in range(200)])
    frame.loc[:1, "mrn"] = None
    table = load_table(frame, "y_*", patient_id="mrn")
    assert "mrn" not in table.feature_names
    assert len(set(table.patient)) == 52  # 50 names, two rows without
    for number in set(table.patient):
        assert len(set(table.split[table.patient == number])) == 1


def test_patients_of_a_rare_event_must_be_several():
    frame = good_frame().assign(mrn=[k // 12 for k in range(200)])
    frame["y_first"] = (frame["mrn"] == 3).astype(int)
    with pytest.raises(TableError, match="positive labels of 1 patient only"):
        load_table(frame, "y_*", patient_id="mrn")


def test_first_error_is_told_and_the_others_counted():
    frame = good_frame().assign(y_first=1, y_second=np.nan)
    with pytest.raises(TableError, match=r"'y_first' is constant.*\(1 more such problem\.\)"):
        load_table(frame, "y_*")


def test_the_frame_is_left_as_it_was():
    frame = good_frame().assign(sex=["F", "M"] * 100)
    before = frame.copy(deep=True)
    load_table(frame, "y_*")
    pd.testing.assert_frame_equal(frame, before)


def test_a_callers_frame_may_have_any_index_and_names():
    frame = good_frame()
    odd = frame.rename(columns={"a": 7, "b": ("b", 1)}).set_index(np.zeros(len(frame), dtype=int))
    table = load_table(odd.assign(text=["u", "v"] * 100), "y_*")
    assert table.feature_names == ("7", "('b', 1)", "c", "d", "text=v")
    np.testing.assert_array_equal(table.labels, load_table(frame, "y_*").labels)
    with pytest.raises(TableError, match="The frame has 2 columns named '7'"):
        load_table(odd.assign(**{"7": 1}), "y_*")


def test_numbers_that_single_precision_would_spoil_are_kept():
    huge = 1e10 + np.arange(200) / 8
    frame = good_frame().assign(huge=huge, tiny=1e-40 * np.arange(200))
    table = load_table(frame, "y_*")
    np.testing.assert_array_equal(table.features[:, table.feature_names.index("huge")], huge)


@pytest.mark.parametrize("name", ["mi_complications", "nhanes_adult", "tox21"])
def test_csv_and_parquet_give_the_same_table(shared_data, tmp_path, name):
    source = shared_data / f"{name}.parquet"
    stored = load_table(source, "y_*", ignore="split", seed=3)
    frame, _ = read_frame(source)
    frame.to_csv(tmp_path / "export.csv", index=False)
    assert load_table(tmp_path / "export.csv", "y_*", ignore="split", seed=3) == stored


@pytest.mark.parametrize("name", ["mi_complications", "nhanes_adult", "tox21"])
def test_real_table_matches_its_description(shared_data, name):
    import json

    about = json.loads((shared_data / f"{name}.json").read_text())
    table = load_table(shared_data / f"{name}.parquet", "y_*", ignore="split")
    assert table.features.shape == (about["n_rows"], about["n_features"])
    assert len(table.tasks) == about["n_tasks"]


def test_roles_survive_a_spec_and_build_the_same_table():
    frame = good_frame()
    roles = assign_roles(frame, "y_*")
    assert build_table(frame, type(roles).from_spec(roles.to_spec())) == build_table(frame, roles)


def test_import_is_light():
    code = "import sys, core.data; print('pandas' in sys.modules, 'pyarrow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_the_example_of_the_package_runs():
    import doctest

    import core.data

    assert doctest.testmod(core.data).attempted > 0
    assert doctest.testmod(core.data).failed == 0
