"""Delimited text becomes a table, through Arrow's parser: a gigabyte takes seconds."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from core.data.delimited import DELIMITERS, explain_break, find_delimiter, never_closes, read_header
from core.data.encoding import recognise, to_utf8
from core.data.mending import drop_unnamed, mend_numbers
from core.errors import TableError

if TYPE_CHECKING:
    import pyarrow as pa

MISSING = (
    *("", " ", "NA", "N/A", "n/a", "#N/A", "#NA", "<NA>", "NaN", "nan", "-NaN", "-nan", "NULL"),
    *("null", "Null", "?", ".", "#DIV/0!", "#VALUE!", "#NUM!", "#REF!", "#NAME?", "1.#IND"),
    *("-1.#IND", "1.#QNAN", "-1.#QNAN", "#N/A N/A"),
)
"""Cells that count as missing in every column."""

_BLOCKS = (1 << 22, (1 << 31) - 1)
_CODE = r"^(-?0[0-9]+|[0-9]{16,})$"


def read_text(content: bytes, name: str, usual: str) -> tuple["pa.Table", tuple[str, ...]]:
    """The table in a delimited text whose ending promises the delimiter `usual`, and notices.

    Raises:
        TableError: no text, one column, a name twice, no rows, or a line with too few or too many
            values.
    """
    what = recognise(content)
    if what:
        raise TableError(f"{name} is {what}, not a text table. Give a CSV, TSV or Parquet file.")
    text, notices = to_utf8(content, name)
    if not has_content(text):
        raise TableError(f"{name} is empty. Give a table with a header line and rows.")
    delimiter = find_delimiter(text, name)
    header, start = read_header(text, delimiter, name)
    if not has_content(text, start):
        raise TableError(f"{name} has a header but no rows. Give a table with rows.")
    if delimiter != usual:
        notices += (f"{name} was read with {DELIMITERS[delimiter]} between the columns.",)
    if never_closes(text, delimiter):
        raise explain_break(text, delimiter, name)
    try:
        table = parse_rows(text, start, delimiter, len(header))
    except ValueError as error:
        raise explain_break(text, delimiter, name) from error
    table, dropped = drop_unnamed(table, header)
    table, mended = mend_numbers(table, decimal_comma=delimiter != ",")
    return table, notices + dropped + mended


def has_content(text: bytes, start: int = 0) -> bool:
    """Whether anything but blanks follows."""
    return re.compile(rb"\S").search(text, start) is not None


def parse_rows(text: bytes, start: int, delimiter: str, n_columns: int) -> "pa.Table":
    """The rows with their types; columns are named by their number. ValueError on a bad line."""
    import pyarrow as pa

    rows = pa.py_buffer(text).slice(start)
    names = [str(place) for place in range(n_columns)]
    quotes = b'"' in text
    table = _read(rows, delimiter, quotes, names)
    if not _may_hold_codes(text, delimiter):
        return table
    is_number = (pa.types.is_integer, pa.types.is_floating)
    numeric = [
        name
        for name, field in zip(names, table.schema, strict=True)
        if any(test(field.type) for test in is_number)
    ]
    if not numeric:
        return table
    as_text = dict.fromkeys(numeric, pa.string())
    return _keep_codes(table, _read(rows, delimiter, quotes, names, as_text))


def parse_as(
    text: bytes, delimiter: str, n_columns: int, types: "Mapping[str, pa.DataType]"
) -> "pa.Table":
    """Some columns, by their numbers as text, with the types that are given; ValueError on a bad
    line."""
    import pyarrow as pa

    names = [str(place) for place in range(n_columns)]
    return _read(pa.py_buffer(text), delimiter, b'"' in text, names, types)


def _read(
    rows: "pa.Buffer",
    delimiter: str,
    quotes: bool,
    names: list[str],
    types: "Mapping[str, pa.DataType] | None" = None,
) -> "pa.Table":
    """All columns with the types they seem to have, or some with the types that are given."""
    import pyarrow as pa
    from pyarrow import csv

    convert = csv.ConvertOptions(
        null_values=MISSING,
        strings_can_be_null=True,
        include_columns=None if types is None else list(types),
        column_types=types,
    )
    parse = csv.ParseOptions(delimiter=delimiter, newlines_in_values=quotes)
    for block in _BLOCKS:
        try:
            read = csv.ReadOptions(block_size=block, column_names=names)
            return csv.read_csv(pa.BufferReader(rows), read, parse, convert)
        except pa.ArrowInvalid as error:  # a ValueError
            if "straddling" not in str(error) or block == _BLOCKS[-1]:
                raise
    raise AssertionError("unreachable")


def _may_hold_codes(text: bytes, delimiter: str) -> bool:
    """Whether a cell anywhere starts with 0 and another digit, or has 16 digits in a row."""
    starts = np.zeros(256, dtype=bool)
    starts[[ord(delimiter), ord("\n"), ord('"'), ord("-"), ord(" ")]] = True
    everything = np.frombuffer(text, dtype=np.uint8)
    for start in range(0, len(everything), _BLOCKS[0]):
        part = everything[start : start + _BLOCKS[0] + 16]
        digit = (part - np.uint8(48)) < 10
        if (starts[part[:-2]] & (part[1:-1] == 48) & digit[2:]).any():
            return True
        run = digit
        for step in (1, 2, 4, 8):  # digits in a row: 2, 4, 8, 16
            run = run[:-step] & run[step:]
        if run.any():
            return True
    return False


def _keep_codes(table: "pa.Table", written: "pa.Table") -> "pa.Table":
    """Columns of codes written in digits ('007', or 16 digits and more) stay text."""
    import pyarrow.compute as pc

    for name in written.column_names:
        cells = pc.utf8_trim_whitespace(written.column(name))
        if pc.any(pc.match_substring_regex(cells, _CODE)).as_py():
            table = table.set_column(table.column_names.index(name), name, cells)
    return table
