"""A discreet schema feeds a model the same, and tells less."""

import numpy as np
import pandas as pd
import pytest

from core.data import assign_roles, build_table, fit_schema
from core.export.discreet import make_discreet
from core.values import Split
from tests.core.export.cohort import SECRET, SECRET_NOTE, TASKS, TIME, mixed_frame


def fitted(frame, targets=TASKS, ignore=("died", "id", TIME), patient=None):
    roles = assign_roles(frame, targets=targets, ignore=list(ignore), patient_id=patient)
    table = build_table(frame, roles)
    return table, fit_schema(frame, roles, table)


def layer(n_inputs, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((5, n_inputs)), rng.standard_normal(5)


def says(schema, weight, bias, frame):
    return schema.apply(frame) @ weight.T + bias


def few_frame(n_yes=4, n_rare=5, n=500):
    """A yes-or-no column and a text of a few patients each, among others; one row a patient."""
    rng = np.random.default_rng(3)
    ward = np.resize(np.array(["icu", "er", None, "ward", "icu", "icu", "er"], dtype=object), n)
    frame = pd.DataFrame(
        {
            "a": rng.standard_normal(n),
            "sex": np.where(rng.random(n) < 0.5, "F", "M"),
            "ward": ward,
            "rare": 0.0,
            "hole": np.where(np.arange(n) % 7 == 0, np.nan, 3.5),
            "y_a": np.arange(n) % 2,
            "y_b": np.arange(n) // 2 % 2,
        }
    )
    table, _ = fitted(frame, "y_*", ())
    train = table.rows(Split.TRAIN)
    train = train[~np.isin(np.arange(n) % 7, (0, 2))[train]]
    frame.loc[train[:n_yes], "rare"] = 1.0
    frame.loc[train[:n_yes], "hole"] = 777.25
    frame.loc[train[20 : 20 + n_rare], "ward"] = "Zoltan's room"
    return frame


def test_inputs_of_columns_that_many_share_stay_the_same():
    frame = mixed_frame().assign(
        huge=1e300 * np.linspace(-1, 1, 400), tiny=np.linspace(1e-308, 3e-308, 400), none=0.0
    )
    table, schema = fitted(frame.drop(columns="drug"))
    new = pd.concat([frame, mixed_frame(seed=1).assign(huge=1e308, tiny=-1.0, none=3.0)])
    made = make_discreet(schema, table).schema.apply(new)
    np.testing.assert_allclose(made, schema.apply(new), rtol=1e-6, atol=1e-6)


def test_extremes_rare_levels_and_constants_are_gone():
    table, schema = fitted(mixed_frame())
    text = str(schema.to_spec())
    assert SECRET_NOTE in text
    assert str(SECRET)[:6] in text
    told = str(make_discreet(schema, table).schema.to_spec())
    assert SECRET_NOTE not in told
    assert str(SECRET)[:6] not in told


def test_a_layer_says_the_same_of_every_row_without_a_text_that_lost_its_name():
    frame = few_frame()
    table, schema = fitted(frame, "y_*", ())
    made = make_discreet(schema, table)
    weight, bias = layer(len(schema.input_names))
    before = says(schema, weight, bias, frame)
    after = says(made.schema, *made.recoding(weight, bias), frame)
    named = (frame["ward"] != "Zoltan's room").to_numpy()
    assert frame["ward"].isna()[named].any()
    assert frame["hole"].isna()[named].any()
    assert (frame["rare"] == 1).any()
    np.testing.assert_allclose(after[named], before[named], rtol=0, atol=1e-5)
    assert np.abs(after[~named] - before[~named]).max() > 0.1
    unseen = says(made.schema, *made.recoding(weight, bias), frame.assign(ward="garage"))
    np.testing.assert_allclose(after[~named], unseen[~named], rtol=0, atol=1e-12)


def test_the_change_of_a_layer_is_seen_where_it_is_left_out():
    frame = few_frame()
    table, schema = fitted(frame, "y_*", ())
    weight, bias = layer(len(schema.input_names))
    plain = says(make_discreet(schema, table).schema, weight, bias, frame)
    assert np.abs(plain - says(schema, weight, bias, frame)).max() > 0.1


@pytest.mark.parametrize("change", [{"n_yes": 9}, {"n_rare": 10}])
def test_a_schema_is_the_same_for_four_patients_and_for_nine(change):
    told = []
    for frame in (few_frame(), few_frame(**change)):
        table, schema = fitted(frame, "y_*", ())
        told.append(make_discreet(schema, table).schema.to_spec())
    assert told[0] == told[1]


@pytest.mark.parametrize("n_patients", [10, 11])
def test_patients_count_and_not_rows(n_patients):
    """Thirty rows of ten patients are few, of eleven are many."""
    frame = few_frame(n_rare=0).assign(who=np.arange(500))
    table, _ = fitted(frame, "y_*", (), "who")
    rows = table.rows(Split.TRAIN)[:30]
    extra = frame.iloc[np.resize(rows[:n_patients], 30)].assign(ward="ship")
    frame = pd.concat([frame.drop(index=rows[:n_patients]), extra], ignore_index=True)
    table, schema = fitted(frame, "y_*", (), "who")
    train = table.rows(Split.TRAIN)
    told = str(make_discreet(schema, table).schema.to_spec())
    n_train = frame["who"].iloc[train][(frame["ward"] == "ship").iloc[train]].nunique()
    assert ("ship" in told) == (n_train >= 11)


def test_a_new_extreme_of_a_rare_column_is_cut_off():
    frame = few_frame()
    table, schema = fitted(frame, "y_*", ())
    made = make_discreet(schema, table)
    weight, bias = layer(len(schema.input_names))
    changed = made.recoding(weight, bias)
    for extreme in (1e300, 50.0):
        far = says(made.schema, *changed, frame.assign(rare=extreme))
        one = says(made.schema, *changed, frame.assign(rare=1.0))
        np.testing.assert_allclose(far, one, atol=1e-9)


def test_pixels_are_told_as_they_are():
    frame = few_frame().drop(columns=["sex", "ward", "hole"])
    roles = assign_roles(frame, targets="y_*", feature_shape=(1, 2))
    table = build_table(frame, roles)
    schema = fit_schema(frame, roles, table)
    made = make_discreet(schema, table)
    assert (made.recoding.factor == 1).all()
    assert not made.recoding.offset.any()
    np.testing.assert_allclose(made.schema.apply(frame), schema.apply(frame), rtol=1e-6)
