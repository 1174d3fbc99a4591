"""Published tables: gains from losses, the oracle, and errors of one line."""

import numpy as np
import pytest

from core.errors import TableError
from core.evidence.search.table import read_measured

GOOD = "group,size,cost,a,b\na,1,0.5,3.0,\na,1,1,2.0,\nb,1,1,,4.0\na|b,2,1,1.0,5.0\n"


def write(folder, text):
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_gains_are_relative_to_the_full_size_single(tmp_path):
    table = read_measured(write(tmp_path, GOOD))
    expected = [[-0.5, np.nan], [0, np.nan], [np.nan, 0], [0.5, -0.25]]
    np.testing.assert_allclose(table.gains(), expected)
    assert table.gain(("b", "a")) == {"a": 0.5, "b": -0.25}
    assert table.singles().groups == ((0,), (0,), (1,))
    assert table.cost(("a",)) == 1


def test_scores_turn_the_sign(tmp_path):
    table = read_measured(write(tmp_path, GOOD), higher_is_better=True)
    assert table.gain(("a", "b")) == {"a": -0.5, "b": 0.25}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("a|b,2", "a|z,2", "names 'z', which is no task column"),
        ("b,1,1,,4.0\n", "", "Task 'b' has no row of its own"),
        ("a|b,2", "a,1", "has a value for 'b', which is not in the group"),
        ("a,1,0.5", "a,1,1", "again at the same cost"),
        ("5.0", "many", "'many', not a finite number"),
        ("5.0", "inf", "not a finite number"),
        ("5.0", "", "not a finite number"),
        ("5.0", "5_0", "'5_0', not a finite number"),
        ("a|b,2", "a|b,3", "size 3 but"),
        ("a|b,2", "a|a,2", "names a task twice"),
        ("a|b,2,1", "a|b,2,-1", "must be above 0"),
        ("a|b,2,1,1.0,5.0", "a|b,2,1,1.0", "has 4 cells"),
        ("group,", "set,", "no column 'group'"),
        ("cost,a,b", "cost,a,a", "two columns named 'a'"),
        ("a,1,1,2.0", "a,1,1,0.0", "exactly 0 alone"),
        (GOOD, "group,a\na,1\n", "two or more are needed"),
        (GOOD, "", "0 rows"),
    ],
)
def test_a_bad_table_is_one_line(tmp_path, old, new, words):
    assert old in GOOD
    with pytest.raises(TableError) as caught:
        read_measured(write(tmp_path, GOOD.replace(old, new)))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_binary_one_are_one_line(tmp_path):
    with pytest.raises(TableError, match="Cannot read"):
        read_measured(tmp_path / "none.csv")
    (tmp_path / "b.csv").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(TableError, match="no text in UTF-8"):
        read_measured(tmp_path / "b.csv")
