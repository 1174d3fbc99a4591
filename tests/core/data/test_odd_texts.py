"""Texts among numbers and words for missing are named, and taken out when that is asked for."""

import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from core.command.tables import Columns, make_run
from core.data import (
    TableSchema,
    assign_roles,
    build_table,
    find_issues,
    fit_schema,
    load_table,
    mend_columns,
)
from core.data.mend_words import parse_mends, say_mend
from core.data.odd_texts import MOST_TEXTS, find_odd
from core.data.spellings import read_number
from core.errors import MethodError, TableError
from core.inputs import model_inputs
from core.values import Kind
from tests.cohort import SMALL_PLAN
from tests.inputs import good_frame

MENDS = {
    "lab": "numbers_but:<0.01|n.d.",
    "smoker": "numbers_but:unknown",
    "sex": "missing:unknown",
    "y_third": "missing:?",
}


def odd_frame():
    frame = good_frame()
    labs = [f"{k / 7:.2f}" for k in range(200)]
    labs[3] = labs[50] = "<0.01"
    labs[7] = "n.d."
    return frame.assign(
        lab=labs,
        smoker=["1", "2", "unknown", "1"] * 50,
        sex=["m", "f", "unknown", "f "] * 50,
        y_third=np.random.default_rng(1).permutation(["yes", "no", "no", "?"] * 50),
    )


@pytest.mark.parametrize(
    ("values", "how"),
    [
        (["1", "2", "unknown"], "numbers_but:unknown"),
        (["0.5", "<0.01", ">90", "7", "8", "<0.01"], "numbers_but:<0.01|>90"),
        (["1,5", "2,25", "0,125", "low"], "numbers_but:low"),
        (["m", "f", "Unknown"], "missing:Unknown"),
        (["yes", "no", "-9", "?"], "missing:-9|?"),
        (["m", "f", "none"], ""),  # often a category
        (["a", "b", "1"], ""),  # mostly texts
        (["1", "2", "3"], ""),  # texts that all are numbers
        (["007", "008"], ""),  # codes
        (["007", "008", "unknown"], "missing:unknown"),  # codes, and a word
        (["unknown", "?"], ""),  # nothing else there
        (["1", "2", "a|b"], ""),  # cannot be written in a mend
        (["1", "2"] * MOST_TEXTS + [f"t{k}" for k in range(MOST_TEXTS + 1)], ""),  # too many
        ([f"{k} words" for k in range(60)] + ["unknown"], ""),  # free text
    ],
)
def test_odd_texts_and_the_mend_that_takes_them_out(values, how):
    odd = find_odd(pd.Series(values, dtype=object))
    assert (odd.how if odd else "") == how


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        ("-0.5", -0.5),
        (".5e3", 500),
        ("0,25", 0.25),
        ("1234,567", 1234.567),
        ("1,234", None),  # thousands, or decimals?
        ("007", None),
        ("1234567890123456", None),
        ("nan", None),
        ("1 000", None),
        ("٣", None),
    ],
)
def test_what_a_text_spells(text, number):
    assert read_number(text) == number


def test_the_sentence_names_column_texts_cells_and_what_becomes_of_it():
    frame = odd_frame()
    issues = {issue.column: issue for issue in find_issues(frame, assign_roles(frame, "y_*"))}
    lab, smoker = issues["lab"], issues["smoker"]
    assert (lab.severity, smoker.severity, issues["sex"].severity) == ("warning",) * 2 + ("notice",)
    assert "has numbers but for 3 cells ('<0.01', 'n.d.')" in lab.message
    assert "read as text and left out: --mend 'lab=numbers_but:<0.01|n.d.' reads" in lab.message
    assert "50 cells ('unknown')" in smoker.message
    assert "each of its 3 values is a category of its own" in smoker.message
    assert "each of its 3 values is a class of its own" in issues["y_third"].message
    assert {name: dict(issue.mends)[name] for name, issue in issues.items()} == MENDS
    mended = mend_columns(frame, MENDS)
    assert find_issues(mended, assign_roles(mended, "y_*")) == ()


def test_a_mended_column_holds_what_the_other_cells_hold():
    mended = mend_columns(odd_frame(), MENDS)
    expected = np.arange(200) / 7
    expected[[3, 50, 7]] = np.nan
    np.testing.assert_allclose(mended["lab"], expected, atol=0.005)
    assert mended["smoker"].isna().sum() == 50
    assert mended["sex"].isna().sum() == 50
    assert mend_columns(mended, MENDS).equals(mended)
    table = load_table(odd_frame(), "y_*", mends=MENDS)
    assert {"lab", "smoker", "sex=m"} <= set(table.feature_names)
    assert table.tasks[2].kind is Kind.BINARY
    assert load_table(odd_frame(), "y_*").tasks[2].kind is Kind.MULTICLASS


def test_a_text_nobody_named_is_an_error_and_no_silent_hole():
    with pytest.raises(TableError, match=r"mended as numbers_but:<0\.01: it holds 'n\.d\.'"):
        load_table(odd_frame(), "y_*", mends={"lab": "numbers_but:<0.01"})


def test_the_way_out_names_the_whole_mend():
    with pytest.raises(TableError, match=r"name it in the mend too: numbers_but:<0\.01\|n\.d\.\.$"):
        load_table(odd_frame(), "y_*", mends={"lab": "numbers_but:<0.01"})


def test_a_schema_takes_them_out_of_new_rows_too():
    frame = mend_columns(odd_frame(), MENDS)
    roles = assign_roles(frame, "y_*", mends=MENDS)
    table = build_table(frame, roles)
    schema = TableSchema.from_spec(
        json.loads(json.dumps(fit_schema(frame, roles, table).to_spec()))
    )
    np.testing.assert_array_equal(schema.apply(odd_frame()), model_inputs(table))
    clean = odd_frame().iloc[:2]  # no odd text: numbers from the start
    numbers = clean.assign(lab=clean["lab"].astype(float), smoker=clean["smoker"].astype(int))
    np.testing.assert_array_equal(schema.apply(numbers), model_inputs(table)[:2])


@pytest.mark.parametrize("stream", ["never", "always"])
def test_the_table_of_a_run_is_mended_whole_or_streamed(tmp_path, stream):
    odd_frame().to_parquet(tmp_path / "t.parquet", row_group_size=20)
    columns = Columns(("y_*",), (), None, {}, MENDS)
    run = make_run(tmp_path / "t.parquet", tmp_path / "run", columns, SMALL_PLAN, stream)
    table = run.table()
    assert {"lab", "smoker", "sex=m"} <= set(table.feature_names)
    assert np.isnan(table.features[:, table.feature_names.index("smoker")]).sum() == 50
    rows = run.path / "streamed" / "rows.parquet"
    kept = pd.read_parquet(rows if rows.is_file() else run.path / "data.parquet")
    assert kept["lab"].dtype == np.float64
    assert kept["sex"].isna().sum() == 50


def test_a_mend_that_changes_nothing_is_said(tmp_path, capsys):
    odd_frame().to_parquet(tmp_path / "t.parquet")
    columns = Columns(("y_*",), (), None, {}, {"sex": "missing:unknwon"})
    make_run(tmp_path / "t.parquet", tmp_path / "run", columns, SMALL_PLAN, "never")
    errors = capsys.readouterr().err
    assert "Note: --mend 'sex=missing:unknwon' found nothing to change." in errors


@pytest.mark.parametrize(
    ("pairs", "mends"),
    [
        (["age=missing:-999"], {"age": "missing:-999"}),
        (["a=b=missing:<=5|=x"], {"a=b": "missing:<=5|=x"}),
        (["day_first=day_first"], {"day_first": "day_first"}),
        (["x=thousands:,"], {"x": "thousands:,"}),
        (["x=lower_case then missing:<=5"], {"x": "lower_case then missing:<=5"}),
        (["x=moon"], {"x": "moon"}),
    ],
)
def test_texts_with_signs_in_them_are_parsed(pairs, mends):
    assert parse_mends(pairs) == mends


@pytest.mark.parametrize(
    ("first", "then", "both"),
    [
        ("missing:-9", "missing:?", "missing:-9|?"),
        ("numbers_but:<1", "missing:-9", "numbers_but:<1|-9"),
        ("missing:-9", "numbers_but:<1", "numbers_but:<1|-9"),
        ("thousands:,", "missing:-9", "thousands:,|-9"),
        ("day_first", "missing:-9", None),
        ("thousands:,", "numbers_but:<1", None),
        ("day_first", "day_first", "day_first"),
        ("lower_case", "missing:unknown", "lower_case then missing:unknown"),
        ("lower_case then missing:unknown", "missing:?", "lower_case then missing:unknown|?"),
        ("missing:Unknown", "lower_case", "missing:Unknown then lower_case"),
        ("lower_case", "numbers_but:x", None),
    ],
)
def test_two_mends_of_a_column_are_one_where_they_can_be(first, then, both):
    pairs = [f"x={first}", f"x={then}"]
    if both is None:
        with pytest.raises(MethodError, match=f"'x' as {first} and as {then}; choose one"):
            parse_mends(pairs)
    else:
        assert parse_mends(pairs) == {"x": both}


def test_marks_are_taken_out_before_thousands_are_read():
    frame = good_frame(4).assign(e=["1,000", "2,500.5", "?", "-9"])
    mended = mend_columns(frame, {"e": "thousands:,|?|-9"})["e"]
    np.testing.assert_array_equal(mended, [1000, 2500.5, np.nan, np.nan])


@pytest.mark.parametrize("pairs", [["age"], ["=missing:1"]])
def test_a_mend_that_cannot_be_parsed_is_one_line(pairs):
    with pytest.raises(MethodError, match="--mend"):
        parse_mends(pairs)


def test_what_is_told_can_be_pasted_into_a_shell():
    import shlex

    option, asked = shlex.split(say_mend("it's", "missing:'?|<1"))
    assert (option, parse_mends([asked])) == ("--mend", {"it's": "missing:'?|<1"})


def test_help_tells_of_the_mends():
    from core.__main__ import main

    text = " ".join(CliRunner().invoke(main, ["group", "--help"]).output.split())
    assert "numbers_but:<0.01" in text
