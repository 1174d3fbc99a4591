"""Small tables of numbers from other people's files: cells as text, with line numbers."""

import csv
import io
import math
from pathlib import Path
from typing import NamedTuple

from core.errors import TableError

_DELIMITERS = ",;\t"


class Line(NamedTuple):
    """One row: its number in the file, and its stripped cells."""

    number: int
    cells: tuple[str, ...]


def read_lines(path: Path) -> tuple[tuple[str, ...], tuple[Line, ...]]:
    """The column names and the rows of a CSV (commas, semicolons or tabs); blank rows left out.

    Raises:
        TableError: no such file, no text, no rows, a name twice, a row of another length.
    """
    name = path.name
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise TableError(f"Cannot read {path}: {error.strerror}. Check the path.") from error
    except UnicodeDecodeError as error:
        raise TableError(f"{name} is no text in UTF-8. Save it as a CSV in UTF-8.") from error
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
        rows = [Line(reader.line_num, tuple(cell.strip() for cell in row)) for row in reader]
    except csv.Error as error:
        raise TableError(f"{name} is no CSV ({error}). Save it again.") from error
    rows = [row for row in rows if any(row.cells)]
    if len(rows) < 2:
        raise TableError(f"{name} has {len(rows)} rows; a header and at least one row are needed.")
    header = rows[0].cells
    for column in header:
        if not column or header.count(column) > 1:
            what = f"two columns named {column!r}" if column else "a column without a name"
            raise TableError(f"{name} has {what}; give every column its own name.")
    for row in rows[1:]:
        if len(row.cells) != len(header):
            raise TableError(
                f"{name} line {row.number} has {len(row.cells)} cells, but the header names "
                f"{len(header)} columns. Mend that line."
            )
    return header, tuple(rows[1:])


def number(cell: str, where: str) -> float:
    """The finite number in a cell.

    Raises:
        TableError: it holds none.
    """
    try:
        found = math.nan if "_" in cell else float(cell)  # Python takes 1_0 for 10
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise TableError(f"{where} is {cell!r}, not a finite number. Mend that cell.")
    return found
