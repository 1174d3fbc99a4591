"""A text read by parts gives the table that it gives read as a whole, to the last cell."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyarrow import parquet

from core.data import read_frame
from core.data.reading import to_pandas
from core.data.streamed import lines
from core.data.streamed.delimited import rewrite_text
from core.errors import TableError
from tests.core.streamed_tables import make_frame


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(lines, "CHUNK", 700)
    monkeypatch.setattr(lines, "LONGEST", 20_000)


def write(folder, content, name="t.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def by_parts(path):
    target = path.with_name("rows.parquet")
    notices = rewrite_text(path, target)
    return to_pandas(parquet.read_table(target)), notices


def in_nanoseconds(frame):
    """Parquet keeps no whole seconds."""
    dates = frame.select_dtypes("datetime").columns
    return frame.astype(dict.fromkeys(dates, "datetime64[ns]"))


def assert_same(path):
    whole, expected = read_frame(path)
    found, notices = by_parts(path)
    pd.testing.assert_frame_equal(*map(in_nanoseconds, (found, whole)))
    assert set(expected) <= set(notices)
    return found, notices


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_kind_of_column_in_every_encoding(tmp_path, separator, encoding):
    frame = make_frame(400)
    frame["ward"] = frame["ward"].replace("west", f'Süd{separator}Ost, "7"\nHaus')
    comma = "," if separator == ";" else "."
    text = frame.to_csv(index=False, sep=separator, decimal=comma)
    assert_same(write(tmp_path, text.encode(encoding)))


def test_a_packed_text_and_old_line_ends(tmp_path):
    text = make_frame(300).to_csv(index=False)
    assert_same(write(tmp_path, gzip.compress(text.encode()), "t.csv.gz"))
    assert_same(write(tmp_path, text.replace("\n", "\r")))


@pytest.mark.parametrize(
    "late",
    [
        ["007"],
        ["12345678901234567"],
        ["1.5"],
        ["not done"],
        [""],
        ["2020-01-01"],
        ["true"],
        ["word"],
        ["-999"],
        ["1e400", "x"],
    ],
)
def test_what_comes_late_counts_for_the_whole_column(tmp_path, late):
    cells = [str(k % 7) for k in range(600)] + late
    assert_same(write(tmp_path, "a,y\n" + "".join(f"{cell},{k}\n" for k, cell in enumerate(cells))))


@pytest.mark.parametrize(
    ("early", "late"),
    [
        ("", "1,5"),
        ("3", "1,5"),
        ("1.5", "1,5"),
        ("", "n/a"),
        ("unknown", "2"),
        ("2020-01-01", "2020-01-01 10:00:00"),
        ("2020-01-01", "7"),
        ("true", "false"),
        ("none", "nil"),
    ],
)
def test_two_halves_of_a_column_are_one(tmp_path, early, late):
    cells = [early] * 500 + [late] * 500
    assert_same(write(tmp_path, "a;y\n" + "".join(f"{cell};{k}\n" for k, cell in enumerate(cells))))


def test_a_column_that_is_empty_for_long_is_mended_too(tmp_path):
    cells = [""] * 3000 + ["1,5"] * 10
    found, _ = assert_same(write(tmp_path, "a;y\n" + "".join(f"{cell};1\n" for cell in cells)))
    assert found["a"].sum() == 15


def test_columns_without_a_name(tmp_path):
    frame = make_frame(300)[["a", "b", "y_sick"]]
    assert "" not in assert_same(write(tmp_path, frame.to_csv()))[0]
    text = frame.to_csv().replace("\n5,", "\n77,")  # no longer counts the rows
    assert "column_1" in assert_same(write(tmp_path, text))[0]


def test_text_among_numbers_is_told_by_its_line(tmp_path):
    rows = [f"{k},{k % 2}\n" for k in range(900)]
    rows[700] = "oops,1\n\n"
    found, notices = assert_same(write(tmp_path, "a,y\n" + "".join(rows)))
    assert found["a"].dtype != np.float64
    assert any("'a' holds numbers before line 702" in note and "'oops'" in note for note in notices)


def test_a_line_too_long_or_short_is_told_by_its_number(tmp_path):
    rows = ["a,y\n", *(f"{k},1\n" for k in range(900))]
    rows[800] = "1,2,3\n"
    path = write(tmp_path, "".join(rows))
    with pytest.raises(TableError, match=r"t.csv line 801 has 3 values .* 2 columns"):
        by_parts(path)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("a,y\n" + "1,2\n" * 400 + '"3,4\n' + "5,6\n" * 9000, "quote .* does not close"),
        ("", "is empty"),
        ("a,y\n\n", "no rows"),
        ("a,a\n1,2\n", "2 columns named"),
        ("a\n1\n", "one column"),
        (b"PAR1" + b"a,b\n" * 300, "is a Parquet file"),
        (b"a,b\n" * 300 + b"\0,1\n", "zero bytes"),
        (b"a,b\n" * 300 + b"\x81,1\n", "not text"),
    ],
)
def test_what_is_no_table_is_one_line(tmp_path, content, says):
    with pytest.raises(TableError, match=says) as error:
        by_parts(write(tmp_path, content))
    assert "\n" not in str(error.value)


def test_a_cut_archive_is_one_line(tmp_path):
    packed = gzip.compress(make_frame(300).to_csv(index=False).encode())
    with pytest.raises(TableError, match="not a whole gzip file"):
        by_parts(write(tmp_path, packed[: len(packed) // 2], "t.csv.gz"))


SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"


@pytest.mark.parametrize(("separator", "comma"), [(",", "."), (";", ",")])
@pytest.mark.parametrize("name", ["mi_complications", "nhanes_adult", "tox21"])
def test_real_tables_are_the_same(tmp_path, monkeypatch, name, separator, comma):
    monkeypatch.setattr(lines, "CHUNK", 1 << 17)
    monkeypatch.setattr(lines, "LONGEST", 1 << 22)
    file = SHARED / f"{name}.parquet"
    if not file.is_file():
        pytest.skip("the shared tables are not here")
    text = pd.read_parquet(file).to_csv(index=False, sep=separator, decimal=comma)
    assert_same(write(tmp_path, text))
