"""A task × task matrix in a delimited text: task names in the header and before every row."""

import csv
import io
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from core.data.delimited import check_names, find_delimiter
from core.data.encoding import recognise, to_utf8
from core.data.names import listed, quoted
from core.data.reading import TEXT_ENDINGS, read_text_file
from core.data.text import MISSING
from core.errors import TableError

MOST_TASKS = 2000
"""A larger square is no matrix of tasks."""
_TURNED = re.compile(r"^\s*targets?\W+sources?\s*$", re.IGNORECASE)


class Matrix(NamedTuple):
    """What the file states: `values[source, target]`, NaN where it states nothing."""

    task_names: tuple[str, ...]
    values: Float[np.ndarray, "source target"]
    notes: tuple[str, ...]


class _Grid(NamedTuple):
    header: list[str]
    rows: list[list[str]]
    delimiter: str
    notes: tuple[str, ...]


def looks_like_matrix(path: Path) -> bool:
    """Whether the rows of a text file are named like its columns, in any order."""
    if not path.name.lower().endswith(tuple(TEXT_ENDINGS)) or not path.is_file():
        return False
    try:
        grid = _read(path, MOST_TASKS + 1)
    except TableError:
        return False
    columns, rows = grid.header[1:], [row[0].strip() for row in grid.rows if row]
    return 1 < len(columns) == len(rows) and sorted(columns) == sorted(rows)


def read_matrix(path: Path) -> Matrix:
    """The matrix in a CSV or TSV file; rows are sources and columns targets, unless the corner cell
    says `target\\source`. One triangle alone stands for both.

    Raises:
        TableError: not square, names of rows and columns that do not match, a name twice, fewer
            than 2 tasks, a cell that is text or infinite, or no pair of tasks with a number.
    """
    name = path.name
    grid = _read(path, MOST_TASKS + 1)
    columns = _names(grid.header[1:], f"{name}: the header")
    rows = _names([row[0].strip() for row in grid.rows], f"{name}: the first column")
    _check_square(name, columns, rows)
    values = np.empty((len(columns), len(columns)))
    for row in grid.rows:
        label = row[0].strip()
        if len(row) != len(grid.header):
            raise TableError(
                f"{name}: row {quoted(label)} has {len(row) - 1} values but there are "
                f"{len(columns)} columns. Mend that row."
            )
        cells = zip(columns, row[1:], strict=True)
        values[columns.index(label)] = [
            _number(cell, grid.delimiter, f"{name}: row {quoted(label)}, column {quoted(column)}")
            for column, cell in cells
        ]
    notes = grid.notes
    if _TURNED.match(grid.header[0]):
        values = values.T
        notes += ("The corner says target\\source, so rows were read as targets.",)
    return Matrix(tuple(columns), _fill_triangle(values, name), notes)


def _read(path: Path, most_rows: int) -> _Grid:
    name = path.name
    if not name.lower().endswith(tuple(TEXT_ENDINGS)):
        raise TableError(f"{name} does not end in {', '.join(TEXT_ENDINGS)}. Save the matrix so.")
    content = read_text_file(path)
    if what := recognise(content):
        raise TableError(f"{name} is {what}, not text. Give the matrix as CSV or TSV.")
    text, notes = to_utf8(content, name)
    if not text.strip():
        raise TableError(f"{name} is empty. Give a header line and a row for every task.")
    delimiter = find_delimiter(text, name)
    lines = csv.reader(io.StringIO(text.decode("utf-8", errors="replace")), delimiter=delimiter)
    rows: list[list[str]] = []
    try:
        for row in lines:
            if any(cell.strip() for cell in row):
                rows.append(row)
            if len(rows) > most_rows:
                raise TableError(
                    f"{name} has more than {MOST_TASKS} rows; that is no matrix of tasks. "
                    "Name its targets to read it as a table."
                )
    except csv.Error as error:
        raise TableError(f"{name} line {lines.line_num} cannot be read ({error}).") from error
    return _Grid([cell.strip() for cell in rows[0]], rows[1:], delimiter, notes)


def _names(names: list[str], where: str) -> list[str]:
    if empty := names.count(""):
        raise TableError(f"{where} leaves {empty} task(s) without a name. Name every task.")
    check_names(names, where)
    return names


def _check_square(name: str, columns: Sequence[str], rows: Sequence[str]) -> None:
    if len(columns) != len(rows):
        raise TableError(
            f"{name} is not square: {len(rows)} rows and {len(columns)} columns of tasks. Give one "
            "row and one column for every task."
        )
    if odd := [row for row in rows if row not in columns]:
        raise TableError(
            f"{name}: the header does not name {listed(odd)}. Rows and columns must name the same "
            "tasks."
        )
    if len(columns) < 2:
        raise TableError(f"{name} has {len(columns)} task; grouping needs at least 2.")


def _number(cell: str, delimiter: str, where: str) -> float:
    text = cell.strip()
    if text in MISSING:
        return math.nan
    try:
        value = float(text if delimiter == "," else text.replace(",", "."))
    except ValueError:
        raise TableError(
            f"{where} holds {quoted(text)}, which is no number. Mend it, or empty it if unknown."
        ) from None
    if math.isinf(value):
        raise TableError(f"{where} is infinite. Give a finite number, or empty it if unknown.")
    return value


def _fill_triangle(
    values: Float[np.ndarray, "source target"], name: str
) -> Float[np.ndarray, "source target"]:
    known = ~np.isnan(values) & ~np.eye(len(values), dtype=bool)
    if not known.any():
        raise TableError(f"{name} has no number between two different tasks. Give at least one.")
    if (known & known.T).any():
        return values
    return np.where(np.isnan(values), values.T, values)
