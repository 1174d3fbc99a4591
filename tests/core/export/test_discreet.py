"""A discreet schema feeds a model the same, and tells less."""

import numpy as np
import pandas as pd
import pytest

from core.data import assign_roles, build_table, fit_schema
from core.export.discreet import make_discreet
from core.inputs import fit_scale
from core.training import to_examples
from core.values import Split
from tests.core.export.cohort import SECRET, SECRET_NOTE, TASKS, TIME, mixed_frame


def fitted(frame, targets=TASKS, ignore=("died", "id", TIME), patient=None):
    roles = assign_roles(frame, targets=targets, ignore=list(ignore), patient_id=patient)
    table = build_table(frame, roles)
    return table, fit_schema(frame, roles, table)


def discreet(schema, table):
    return make_discreet(schema, table, to_examples(table))


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
    made = discreet(schema, table).schema.apply(new)
    np.testing.assert_allclose(made, schema.apply(new), rtol=1e-6, atol=1e-6)


def test_extremes_rare_levels_and_constants_are_gone():
    table, schema = fitted(mixed_frame())
    text = str(schema.to_spec())
    assert SECRET_NOTE in text
    assert str(SECRET)[:6] in text
    told = str(discreet(schema, table).schema.to_spec())
    assert SECRET_NOTE not in told
    assert str(SECRET)[:6] not in told


def test_a_layer_says_the_same_of_every_row_without_a_text_that_lost_its_name():
    frame = few_frame()
    table, schema = fitted(frame, "y_*", ())
    made = discreet(schema, table)
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
    plain = says(discreet(schema, table).schema, weight, bias, frame)
    assert np.abs(plain - says(schema, weight, bias, frame)).max() > 0.1


@pytest.mark.parametrize("change", [{"n_yes": 9}, {"n_rare": 10}])
def test_a_schema_is_the_same_for_four_patients_and_for_nine(change):
    told = []
    for frame in (few_frame(), few_frame(**change)):
        table, schema = fitted(frame, "y_*", ())
        told.append(discreet(schema, table).schema.to_spec())
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
    told = str(discreet(schema, table).schema.to_spec())
    n_train = frame["who"].iloc[train][(frame["ward"] == "ship").iloc[train]].nunique()
    assert ("ship" in told) == (n_train >= 11)


def test_a_new_extreme_of_a_rare_column_is_cut_off():
    frame = few_frame()
    table, schema = fitted(frame, "y_*", ())
    made = discreet(schema, table)
    weight, bias = layer(len(schema.input_names))
    changed = made.recoding(weight, bias)
    for extreme in (1e300, 50.0):
        far = says(made.schema, *changed, frame.assign(rare=extreme))
        one = says(made.schema, *changed, frame.assign(rare=1.0))
        np.testing.assert_allclose(far, one, atol=1e-9)


def numbers_of_few(value, n_patients=5, n=500):
    """A dose and an outcome: empty but for a few patients, and 0 but for a few."""
    rng = np.random.default_rng(4)
    frame = few_frame(n=n).assign(dose=np.nan, level=0.0, y_rare=0.0, y_wide=rng.normal(5, 3, n))
    table, _ = fitted(frame.drop(columns=["y_rare"]), "y_*", ())
    some = table.rows(Split.TRAIN)[40 : 40 + n_patients]
    values = value * (1 + np.arange(n_patients) / 8)
    frame.loc[some, ["dose", "level", "y_rare"]] = np.tile(values[:, None], 3)
    frame.loc[table.rows(Split.TEST)[:20], "y_rare"] = 3.0
    return frame


def numbers_told(frame):
    table, schema = fitted(frame, "y_*", ())
    made = discreet(schema, table)
    places = [table.feature_names.index(name) for name in ("dose", "level")]
    rare = table.task_names.index("y_rare")
    inputs = made.schema.scale
    return [*inputs.mean[places], *inputs.spread[places], made.centre[rare], made.scale[rare]]


def test_means_of_numbers_of_few_patients_are_rough():
    """A value a tenth larger, or a patient more, is not seen in what is told."""
    told = numbers_told(numbers_of_few(8.5))
    assert told == numbers_told(numbers_of_few(9.2))
    exact = fit_scale(fitted(numbers_of_few(8.5), "y_*", ())[0])
    assert not np.isin(told, exact.mean).any()
    mantissas = np.frexp(np.array(told[2:4]))[0]
    np.testing.assert_array_equal(mantissas, 0.5)


def test_layers_take_up_what_rough_means_leave_out():
    frame = numbers_of_few(8.5).drop(columns=["ward", "hole"])
    table, schema = fitted(frame, "y_*", ())
    examples, made = to_examples(table), discreet(schema, table)
    weight, bias = layer(len(schema.input_names))
    kept = (frame["level"] == 0).to_numpy()  # larger ones are cut off
    before, after = (
        says(schema, weight, bias, frame),
        says(made.schema, *made.recoding(weight, bias), frame),
    )
    np.testing.assert_allclose(after[kept], before[kept], rtol=0, atol=1e-5)
    rare, wide = (table.task_names.index(name) for name in ("y_rare", "y_wide"))
    assert [task for task, _, _ in made.recoding.heads] == [rare]
    for task in (rare, wide):
        raw = np.linspace(-2, 2, 5)[:, None]
        head, moved = made.recoding.head(task, np.ones((1, 1)), np.zeros(1))
        told = made.centre[task] + made.scale[task] * (raw @ head.T + moved)
        np.testing.assert_allclose(told, examples.centre[task] + examples.scale[task] * raw)


def test_pixels_are_told_as_they_are():
    frame = few_frame().drop(columns=["sex", "ward", "hole"])
    roles = assign_roles(frame, targets="y_*", feature_shape=(1, 2))
    table = build_table(frame, roles)
    schema = fit_schema(frame, roles, table)
    made = discreet(schema, table)
    assert (made.recoding.factor == 1).all()
    assert not made.recoding.offset.any()
    np.testing.assert_allclose(made.schema.apply(frame), schema.apply(frame), rtol=1e-6)
