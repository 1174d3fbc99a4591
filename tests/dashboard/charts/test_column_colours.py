"""Points coloured by a column of the table: a site is told level by level, an age by a ramp."""

import numpy as np
import pytest

from core.values import Kind, Task, TaskTable
from dashboard.charts.column_colours import colour_column, list_columns

NAN = float("nan")


def table_of(**columns):
    names, values = tuple(columns), np.array(list(columns.values()), dtype=float).T
    n = len(values)
    tasks = (Task("y", Kind.BINARY, n, 0.5, ("0", "1")),)
    split = np.zeros(n, dtype=int)
    return TaskTable(names, values, tasks, np.zeros((n, 1)), split, np.arange(n))


SITES = {"age": [30, 40, NAN, 60], "site=<b>A": [1, 0, 0, NAN], "site=B": [0, 1, 0, NAN]}


def test_levels_of_a_text_are_one_column_again():
    assert list_columns(table_of(**SITES)) == {"age": (0,), "site": (1, 2)}


def test_a_number_with_a_sign_in_its_name_stays_a_number():
    assert list_columns(table_of(**{"a=b": [0.5, 2, 3, 4]})) == {"a=b": (0,)}


def test_every_point_has_the_colour_of_its_rows_level():
    colours = colour_column(table_of(**SITES), "site", np.array([3, 0, 1, 2, 0]))
    names = [entry.name for entry in colours.legend.entries]
    assert names == ["<b>A", "B", "none of these"]
    assert [names[code] for code in colours.index] == [
        "none of these",
        "<b>A",
        "B",
        "none of these",
        "<b>A",
    ]
    assert not colours.legend.continuous


def test_a_number_is_a_ramp_with_missing_apart():
    colours = colour_column(table_of(**SITES), "age", np.array([0, 1, 2, 3]))
    assert colours.legend.continuous
    assert colours.index[0] < colours.index[1] < colours.index[3]
    assert colours.legend.entries[colours.index[2]].name == "missing"


@pytest.mark.parametrize("n_levels", [2, 300])
def test_many_levels_fit_into_one_byte(n_levels):
    eye = np.eye(n_levels)
    table = table_of(**{f"ward={k}": eye[k] for k in range(n_levels)})
    colours = colour_column(table, "ward", np.arange(n_levels))
    assert len(colours.legend.entries) <= 256
    assert len(set(colours.index.tolist())) == min(n_levels, 256)
