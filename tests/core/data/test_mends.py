"""Mends are proposed where only one reading fits, and made only when asked for."""

import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from core.data import (
    Roles,
    TableSchema,
    assign_roles,
    build_table,
    find_issues,
    fit_schema,
    load_table,
    mend_columns,
)
from core.data.spellings import read_date, read_thousands
from core.errors import TableError
from core.inputs import model_inputs
from tests.inputs import good_frame, save_csv

DAYS = pd.date_range("2020-01-01", periods=200)


def proposals(**columns):
    frame = good_frame().assign(**columns)
    issues = find_issues(frame, assign_roles(frame, "y_*"))
    return [issue.message for issue in issues if "--mend" in issue.message]


@pytest.mark.parametrize(
    ("values", "how"),
    [
        (DAYS.strftime("%d/%m/%Y"), "day_first"),
        (DAYS.strftime("%m/%d/%Y"), "month_first"),
        (DAYS.strftime("%Y/%m/%d"), "year_first"),
        (["unknown", *DAYS.strftime("%Y-%m-%d")[1:]], "year_first"),
        (DAYS.strftime("%d.%m.%Y 14:30"), "day_first"),
        ([f"{k},{k % 10}00.5" for k in range(1, 201)], "thousands:,"),
        ([f"1.{k:03}.000" for k in range(200)], "thousands:."),
        ([f"{k} 000" for k in range(1, 201)], "thousands: "),
        ([12, 15, -999, 14.5] * 50, "missing:-999"),
        ([1, 2, 3, 9999] * 50, "missing:9999"),
    ],
)
def test_a_column_with_one_reading_is_proposed(values, how):
    (message,) = proposals(e=values)
    assert f"--mend 'e={how}'" in message


@pytest.mark.parametrize(
    "values",
    [
        [f"0{k % 9 + 1}/0{k % 7 + 1}/2020" for k in range(200)],  # both ways
        ["13/05/2020", "05/13/2020"] * 100,  # neither way
        ["31/02/2020", "12/12/2020"] * 100,
        ["low", "high"] * 100,
        ["12-B", "12-C"] * 100,
        [-999, -998, -5, 3] * 50,  # others below 0 too
        [900, 950, 999, 850] * 50,  # a value like the others
        [12.0] * 198 + [-999.0] * 2,  # too few, and the rest is constant
        [0, -9] * 100,  # two values: a code
    ],
)
def test_a_column_with_several_readings_or_none_is_left_alone(values):
    assert proposals(e=values) == []


@pytest.mark.parametrize(
    ("text", "how", "expected"),
    [
        ("13/05/2020", "day_first", "2020-05-13"),
        ("5/13/2020", "month_first", "2020-05-13"),
        ("13/05/2020", "month_first", None),
        ("2020-05-13 08:00", "year_first", "2020-05-13 08:00"),
        ("2020-13-05", "year_first", None),
        ("29.02.2021", "day_first", None),
        ("01-02-2020 23:59:58", "day_first", "2020-02-01 23:59:58"),
        ("01/02/20", "day_first", None),
    ],
)
def test_dates_are_read_as_asked(text, how, expected):
    assert read_date(text, how) == (pd.Timestamp(expected) if expected else None)


@pytest.mark.parametrize(
    ("text", "sign", "expected"),
    [
        ("1,234,567.8", ",", 1234567.8),
        ("-1.234,5", ".", -1234.5),
        ("12'000", "'", 12000),
        ("12,34", ",", None),
        ("1,2345", ",", None),
        ("999", ",", 999),
        ("", ",", None),
    ],
)
def test_thousands_are_read_as_asked(text, sign, expected):
    assert read_thousands(text, sign) == expected


def odd_frame():
    frame = good_frame()
    return frame.assign(
        day=DAYS.strftime("%d/%m/%Y"),
        cost=[f"{k},000.5" for k in range(1, 200)] + [" "],
        level=frame["c"].abs().where(frame.index % 5 > 0, -999),
    )


MENDS = {"day": "day_first", "cost": "thousands:,", "level": "missing:-999"}


def test_mended_columns_hold_what_was_meant():
    mended = mend_columns(odd_frame(), MENDS)
    assert (mended["day"] == DAYS).all()
    np.testing.assert_array_equal(mended["cost"][:3], [1000.5, 2000.5, 3000.5])
    assert np.isnan(mended["cost"][199])
    assert mended["level"].isna().sum() == 40
    assert mend_columns(mended, MENDS).equals(mended)
    assert odd_frame()["day"][0] == "01/01/2020"


def test_a_table_is_mended_only_when_asked():
    plain, mended = load_table(odd_frame(), "y_*"), load_table(odd_frame(), "y_*", mends=MENDS)
    assert "day" not in plain.feature_names
    assert {"day", "cost", "level"} <= set(mended.feature_names)
    assert np.nanmin(plain.features) == -999
    assert np.nanmin(mended.features) > -100


def test_a_schema_mends_new_rows_alike():
    frame = mend_columns(odd_frame(), MENDS)
    roles = assign_roles(frame, "y_*", mends=MENDS)
    assert Roles.from_spec(json.loads(json.dumps(roles.to_spec()))) == roles
    table = build_table(frame, roles)
    schema = TableSchema.from_spec(
        json.loads(json.dumps(fit_schema(frame, roles, table).to_spec()))
    )
    np.testing.assert_array_equal(schema.apply(odd_frame()), model_inputs(table))
    np.testing.assert_array_equal(schema.apply(frame), model_inputs(table))


@pytest.mark.parametrize(
    ("mends", "expected"),
    [
        ({"dya": "day_first"}, "--mend 'dya' matches no column. Did you mean 'day'?"),
        ({"day": "month_first"}, "'day' cannot be mended as month_first: it holds '13/01/2020'"),
        ({"day": "moon_first"}, "Unknown mend 'moon_first' for column 'day'; choose day_first"),
        ({"day": "thousands:_"}, "Unknown mend 'thousands:_'"),
        ({"level": "missing:"}, "Unknown mend 'missing:' for column 'level'"),
        ({"level": "day_first:"}, "Unknown mend 'day_first:' for column 'level'"),
        (
            {"day": "numbers_but:x"},
            "'day' cannot be mended as numbers_but:x: it holds '01/01/2020'",
        ),
    ],
)
def test_a_mend_that_cannot_be_made_is_one_line(mends, expected):
    with pytest.raises(TableError) as caught:
        load_table(odd_frame(), "y_*", mends=mends)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_command_line_mends(tmp_path, monkeypatch):
    from core.__main__ import main
    from core.runs import Run

    monkeypatch.setattr(Run, "start", lambda run: None)
    monkeypatch.setattr("core.command.group.watch", lambda run, as_json, **_: 0)
    path = save_csv(odd_frame(), tmp_path)
    words = ["group", str(path), "--targets", "y_*", "-o", str(tmp_path / "run")]
    for name, how in MENDS.items():
        words += ["--mend", f"{name}={how}"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert Run(tmp_path / "run").table() == load_table(path, "y_*", mends=MENDS)
    assert CliRunner().invoke(main, [*words, "--mend", "day"]).exit_code == 2
