import gzip

import numpy as np
import pandas as pd
import pytest

from core.data import read_frame
from core.errors import TableError


def read(folder, content, name="t.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_frame(path)


def test_codes_with_leading_zeros_stay_text(tmp_path):
    frame, _ = read(tmp_path, "zip,age,rate\n007,10,0.5\n10,20,-0.25\n,30,\n")
    assert frame["zip"].tolist()[:2] == ["007", "10"]
    assert frame["age"].tolist() == [10, 20, 30]
    assert frame["rate"].dtype == np.float64


def test_a_late_leading_zero_counts(tmp_path):
    frame, _ = read(tmp_path, "code,x\n" + "10,1\n" * 50_000 + "01,1\n")
    assert set(frame["code"]) == {"10", "01"}


def test_long_digit_codes_keep_every_digit(tmp_path):
    frame, _ = read(tmp_path, "id,x\n12345678901234567,1\n12345678901234568,2\n,3\n")
    assert frame["id"].nunique() == 2


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found(tmp_path, delimiter):
    frame, notices = read(tmp_path, "a,b,c\n1,2,3\n4,5,6\n".replace(",", delimiter))
    assert frame.to_numpy().tolist() == [[1, 2, 3], [4, 5, 6]]
    assert bool(notices) == (delimiter != ",")


def test_delimiter_inside_quotes_is_not_counted(tmp_path):
    frame, _ = read(tmp_path, '"a;x";"b,y,z"\n"1,5";2\n3;4\n')
    assert list(frame) == ["a;x", "b,y,z"]
    assert frame["a;x"].tolist() == [1.5, 3.0]


def test_decimal_comma_equals_decimal_point(tmp_path):
    point, _ = read(tmp_path, "a,b\n1.5,x\n-0.25,y\n1e3,z\n")
    comma, notices = read(tmp_path, "a;b\n1,5;x\n-0,25;y\n1e3;z\n")
    pd.testing.assert_frame_equal(point, comma)
    assert any("Decimal commas" in notice for notice in notices)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_encodings_agree(tmp_path, encoding):
    text = "größe,b\nü,1\né,2\n"
    frame, notices = read(tmp_path, text.encode(encoding))
    assert frame["größe"].tolist() == ["ü", "é"]
    assert bool(notices) == (encoding not in ("utf-8", "utf-8-sig"))


def test_missing_values(tmp_path):
    frame, _ = read(tmp_path, "a,b,c,d\n1,NA,x,?\n,2,n/a,3\nnan,.,,\n")
    assert frame.isna().to_numpy().tolist() == [
        [False, True, False, True],
        [True, False, True, False],
        [True, True, True, True],
    ]


def test_words_for_missing_among_numbers(tmp_path):
    frame, notices = read(tmp_path, "a,b\n1,none\nunknown,mild\n2.5,severe\n")
    assert frame["a"].tolist()[::2] == [1.0, 2.5]
    assert frame["b"].tolist() == ["none", "mild", "severe"]  # a level of its own among words
    assert notices == ("Words for a missing value were read as missing in 'a'.",)


def test_types(tmp_path):
    frame, _ = read(tmp_path, "flag,day,empty\ntrue,2020-01-02,\n,2020-01-04,\nFalse,,\n")
    assert frame["flag"].dtype == pd.BooleanDtype()
    assert (frame["day"][1] - frame["day"][0]).days == 2
    assert frame["empty"].dtype == np.float64


def test_ragged_line_is_named_after_quoted_line_ends(tmp_path):
    with pytest.raises(TableError, match=r"line 5 has 1 value but the header names 2 columns"):
        read(tmp_path, 'a,b\n"two\nlines",1\n2,3\n4\n')


def test_row_numbers_without_a_name_are_left_out(tmp_path):
    path = tmp_path / "t.csv"
    pd.DataFrame({"a": [5, 6], "b": [7, 8]}).to_csv(path)
    frame, notices = read_frame(path)
    assert list(frame) == ["a", "b"]
    assert "counts the rows" in notices[0]


def test_unnamed_values_get_a_name(tmp_path):
    frame, notices = read(tmp_path, ",column_1,b\n5,1,2\n5,3,4\n")
    assert list(frame) == ["column_1_", "column_1", "b"]
    assert "column_1_" in notices[0]


def test_names_are_stripped_but_never_renamed(tmp_path):
    assert list(read(tmp_path, " a ,b b,=c\n1,2,3\n")[0]) == ["a", "b b", "=c"]


def test_compressed_and_old_line_ends(tmp_path):
    plain, _ = read(tmp_path, "a,b\n1,2\n3,4\n")
    for name, content in [
        ("t.csv.gz", gzip.compress(b"a,b\n1,2\n3,4\n")),
        ("t.TSV", b"a\tb\r\n1\t2\r\n3\t4"),
        ("u.csv", b"a,b\r1,2\r3,4\r"),
    ]:
        pd.testing.assert_frame_equal(plain, read(tmp_path, content, name)[0])


def test_parquet_types(tmp_path):
    from decimal import Decimal

    frame = pd.DataFrame(
        {
            "money": [Decimal("1.50"), None],
            "flag": pd.array([True, None], dtype="boolean"),
            "whole": pd.array([1, None], dtype="Int64"),
            "level": pd.Categorical(["x", None]),
            "nested": [[1, 2], [3]],
        },
        index=[7, 9],
    )
    frame.to_parquet(tmp_path / "t.parquet")
    read_back, notices = read_frame(tmp_path / "t.parquet")
    assert list(read_back) == ["money", "flag", "whole", "level"]
    assert read_back["money"][0] == 1.5
    assert list(read_back.index) == [0, 1]
    assert "'nested'" in notices[0]


def test_unreadable_file(tmp_path, monkeypatch):
    from pathlib import Path

    def deny(self):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    monkeypatch.setattr(Path, "read_bytes", deny)
    with pytest.raises(TableError, match="Permission denied"):
        read_frame(tmp_path / "t.csv")
