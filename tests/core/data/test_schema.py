"""A fitted schema gives new rows the inputs that the model was trained on."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.data import TableSchema, assign_roles, build_table, fit_schema, read_source
from core.data.features import REST, SHOWN_LEVELS
from core.errors import TableError
from core.inputs import CLIP, model_inputs
from core.storage import load_value, save_value
from tests.inputs import GALLERY, OWN_SAMPLES, good_frame

WIDE = "10 000 columns"
"""Wide, but of numbers only."""

ACCEPTED = [c for c in (*GALLERY, *OWN_SAMPLES) if not c.expected and c.name != WIDE]


def hard_frame(seed=0, n=200):
    """Every kind of column, with holes."""
    rng = np.random.default_rng(seed)
    frame = good_frame(n, seed).assign(
        flag=pd.array(np.resize([True, False, None], n), dtype="boolean"),
        count=pd.array(np.resize([1, None, 3, 7], n), dtype="Int64"),
        day=pd.date_range("2020-01-02", periods=n).where(rng.random(n) > 0.1),
        sex=np.resize(np.array(["F", "M", "M", None, "F"], dtype=object), n),
        ward=np.resize(np.array(["icu", "er", " ", "ward"], dtype=object), n),
        drug=[f"d{k % 30:02}" for k in range(n)],
        note=[f"n{k}" for k in range(n)],
        nothing=np.nan,
        fixed=2.5,
        huge=1e10 + np.arange(n) / 8,
    )
    frame.loc[5:9, ["a", "b"]] = np.nan
    frame.loc[12, "c"] = np.nan
    return frame


def fitted(frame, **roles):
    roles = assign_roles(frame, "y_*", **roles)
    table = build_table(frame, roles)
    return fit_schema(frame, roles, table), model_inputs(table)


def test_every_column_is_fed_as_in_training():
    schema, inputs = fitted(hard_frame())
    np.testing.assert_array_equal(schema.apply(hard_frame()), inputs)
    assert len(schema.input_names) == inputs.shape[1]
    assert "note" not in {code.name for code in schema.columns}


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_gallery_is_fed_as_in_training(case, tmp_path: Path):
    found = read_source(case.write(tmp_path), case.targets, case.ignore)
    shape = found.feature_shape
    roles = assign_roles(found.frame, found.targets, ignore=found.ignore, feature_shape=shape)
    table = build_table(found.frame, roles)
    schema = fit_schema(found.frame, roles, table)
    expected = model_inputs(table)
    applied = schema.apply(found.frame)
    assert applied.dtype == np.float32
    np.testing.assert_array_equal(applied, expected)
    again = TableSchema.from_spec(json.loads(json.dumps(schema.to_spec())))
    assert again == schema
    np.testing.assert_array_equal(again.apply(found.frame.iloc[7:9]), expected[7:9])


@pytest.mark.parametrize("row", [0, 2, 7, 12, 199])
def test_a_single_row_is_fed_as_in_company(row):
    schema, inputs = fitted(hard_frame())
    one = hard_frame().iloc[[row]]
    np.testing.assert_array_equal(schema.apply(one), inputs[[row]])


def test_no_rows_give_no_inputs():
    schema, inputs = fitted(hard_frame())
    assert schema.apply(hard_frame().iloc[:0]).shape == (0, inputs.shape[1])


def test_order_other_columns_and_targets_do_not_matter():
    frame = hard_frame()
    schema, inputs = fitted(frame)
    features = frame.drop(columns=["y_first", "y_second"])
    other = features[list(features)[::-1]].assign(new="x").set_index(np.zeros(200, dtype=int))
    np.testing.assert_array_equal(schema.apply(other), inputs)


def column_of(schema, applied, name):
    return applied[:, schema.input_names.index(name)]


def test_an_unknown_text_goes_to_the_rest():
    frame = hard_frame()
    schema, _ = fitted(frame)
    changed = frame.assign(drug="never seen")
    rare = frame.assign(drug=f"d{SHOWN_LEVELS + 5}")
    np.testing.assert_array_equal(schema.apply(changed), schema.apply(rare))
    other = column_of(schema, schema.apply(changed), f"drug={REST}")
    assert (other > 0).all()


def test_an_unknown_text_without_a_rest_is_missing():
    frame = hard_frame()
    schema, _ = fitted(frame)
    for name, unknown in [("ward", "roof"), ("sex", "X")]:
        found = schema.apply(frame.assign(**{name: unknown}))
        np.testing.assert_array_equal(found, schema.apply(frame.assign(**{name: None})))
        flags = [k for k in schema.input_names if k.startswith(name) and k.endswith("missing")]
        assert flags
        assert (column_of(schema, found, flags[0]) == 1).all()


def test_a_column_without_values_is_missing_whatever_its_type():
    frame = hard_frame()
    schema, _ = fitted(frame)
    for name in ("a", "count", "day", "sex"):
        expected = schema.apply(frame.assign(**{name: np.nan}))
        for empty in (None, pd.NaT, pd.NA, pd.Series([None] * 200, dtype="str")):
            np.testing.assert_array_equal(schema.apply(frame.assign(**{name: empty})), expected)


def test_numbers_out_of_range_are_cut():
    schema, _ = fitted(good_frame())
    found = schema.apply(good_frame().assign(a=1e300, b=-1e300))
    assert (column_of(schema, found, "a") == CLIP).all()
    assert (column_of(schema, found, "b") == -CLIP).all()


def test_whole_numbers_may_stand_for_their_texts():
    frame = good_frame().assign(code=np.resize(["007", "10", "11"], 200))
    schema, inputs = fitted(frame)
    found = schema.apply(frame.iloc[[1]].assign(code=10))
    np.testing.assert_array_equal(found, inputs[[1]])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda f: f.drop(columns="ward"), "lacks 'ward', which the model was made with"),
        (lambda f: f.rename(columns={"ward": "wards"}), "Did you mean 'wards'?"),
        (lambda f: f[["a"]], "lacks 'b', 'c', 'd', 'flag', 'count' and"),
        (
            lambda f: f.assign(a="high"),
            "Column 'a' holds text, but numbers when the model was made. Give numbers, by pandas.to_numeric",
        ),
        (lambda f: f.assign(ward=1.5), "Column 'ward' holds numbers, but text when the model"),
        (
            lambda f: f.assign(day="2020-01-02"),
            "Column 'day' holds text, but dates when the model was made. Give dates, by pandas.to_datetime",
        ),
        (lambda f: f.assign(day=20), "Column 'day' holds numbers, but dates when the model"),
        (lambda f: f.assign(c=np.inf), "Column 'c' has an infinite value"),
        (lambda f: pd.concat([f, f[["a"]]], axis=1), "2 columns named 'a'"),
    ],
)
def test_a_frame_that_does_not_fit_is_one_line(change, expected):
    frame = hard_frame()
    schema, _ = fitted(frame)
    with pytest.raises(TableError) as caught:
        schema.apply(change(frame))
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_tasks_are_kept():
    frame = good_frame().assign(y_word=np.resize(["low", "mid", "top"], 200), y_value=lambda f: f.a)
    schema, _ = fitted(frame, ignore="a")
    assert schema.task_names == ("y_first", "y_second", "y_word", "y_value")
    assert [str(kind) for kind in schema.kinds] == ["binary"] * 2 + ["multiclass", "regression"]
    assert schema.classes == (("0", "1"), ("0", "1"), ("low", "mid", "top"), ())


def test_storage_keeps_a_schema(tmp_path):
    schema, _ = fitted(hard_frame())
    save_value(tmp_path / "schema.npz", schema)
    assert load_value(tmp_path / "schema.npz", TableSchema) == schema


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"schema_version": 2}, "newer version"),
        ({"columns": None}, "is damaged"),
        ({"scale": {}}, "is damaged"),
        ({"tasks": [{"name": "y"}]}, "is damaged"),
        ({"columns": []}, "is damaged"),
    ],
)
def test_a_damaged_spec_is_refused(change, expected):
    schema, _ = fitted(hard_frame())
    with pytest.raises(TableError, match=expected):
        TableSchema.from_spec(schema.to_spec() | change)


def test_a_table_of_another_frame_is_refused():
    frame = good_frame()
    roles = assign_roles(frame, "y_*")
    other = frame.assign(e=1.0)
    with pytest.raises(ValueError, match="another frame"):
        fit_schema(frame, roles, build_table(other, assign_roles(other, "y_*")))


@pytest.mark.parametrize("name", ["nhanes_adult", "mi_complications"])
def test_real_rows_are_fed_as_in_training(shared_data, name):
    frame = read_source(shared_data / f"{name}.parquet").frame
    schema, inputs = fitted(frame, ignore="split")
    np.testing.assert_array_equal(schema.apply(frame), inputs)
    some = np.random.default_rng(0).permutation(len(frame))[:50]
    np.testing.assert_array_equal(schema.apply(frame.iloc[some]), inputs[some])
