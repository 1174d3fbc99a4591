"""A delimited text of any size becomes a Parquet file; neither is ever held in memory.

Three passes: what the bytes are in, what each column holds, and the rows. The file holds what
`core.data.reading` would make of the whole text: codes with leading zeros stay text, decimal commas
become points where commas do not part the columns, words for missing are missing.
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.data.delimited import DELIMITERS, explain_break, find_delimiter, read_header
from core.data.mending import explain_mends, name_header, to_numbers
from core.data.names import quoted
from core.data.reading import TEXT_ENDINGS
from core.data.streamed.kinds import Column, new_columns
from core.data.streamed.lines import Lines, TextFile, open_text
from core.data.text import has_content, parse_as, parse_rows
from core.errors import TableError

if TYPE_CHECKING:
    import pyarrow as pa

READ_AS_TEXT = 5
"""Columns that turned from numbers to text and are named one by one."""


def is_text(path: Path) -> bool:
    """Whether the name of a file says that it is a delimited text."""
    return path.name.lower().endswith(tuple(TEXT_ENDINGS)) and path.is_file()


def rewrite_text(
    path: Path, target: Path, on_part: Callable[[], None] = lambda: None
) -> tuple[str, ...]:
    """Write the rows of a delimited text to `target` as Parquet; what was assumed, in sentences.

    Args:
        path: a CSV or TSV, packed by gzip or not.
        target: the Parquet file to write; nothing is left there on an error.
        on_part: called after every few megabytes; may raise.

    Raises:
        TableError: no text, no rows, one column, a name twice, or a line with too few or too many
            values; the line names the file and where.
    """
    text = _open(path)
    columns = _learn(text, on_part)
    try:
        return (*text.notices, *_write(text, columns, target, on_part))
    except BaseException:
        target.unlink(missing_ok=True)
        raise


@dataclass(frozen=True)
class _Text:
    """A text whose header was read."""

    file: TextFile
    delimiter: str
    header: list[str]
    start: int
    """The byte of the first part where the rows begin."""
    notices: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.file.path.name

    def rows(self) -> Iterator[Lines]:
        """The rows without the header."""
        for place, (first, text) in enumerate(self.file.lines()):
            start = 0 if place else self.start
            if has_content(text, start):
                yield Lines(first + text.count(b"\n", 0, start), text[start:])


def _open(path: Path) -> _Text:
    file = open_text(path)
    head = next(file.lines(), Lines(1, b"")).text
    if not has_content(head):
        raise TableError(f"{path.name} is empty. Give a table with a header line and rows.")
    delimiter = find_delimiter(head, path.name)
    header, start = read_header(head, delimiter, path.name)
    usual = next(way for end, way in TEXT_ENDINGS.items() if path.name.lower().endswith(end))
    notice = f"{path.name} was read with {DELIMITERS[delimiter]} between the columns."
    notices = file.notices + ((notice,) if delimiter != usual else ())
    return _Text(file, delimiter, header, start, notices)


def _learn(text: _Text, on_part: Callable[[], None]) -> list[Column]:
    columns, n_columns, is_empty = new_columns(len(text.header)), len(text.header), True
    for number, lines in enumerate(text.rows()):
        try:
            after_end = b"\n" + lines.text  # a code is known by what stands before it
            table = parse_rows(after_end, 1, text.delimiter, n_columns)
        except ValueError as error:
            raise _broken(text, lines) from error
        is_empty &= not table.num_rows
        for column, part in zip(columns, table.columns, strict=True):
            column.add(part, number)
        on_part()
    if is_empty:
        raise TableError(f"{text.name} has a header but no rows. Give a table with rows.")
    return columns


def _write(
    text: _Text, columns: list[Column], target: Path, on_part: Callable[[], None]
) -> tuple[str, ...]:
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    decimal_comma = text.delimiter != ","
    empty = [pa.types.is_null(column.type) for column in columns]
    names, notices = name_header(text.header, empty, columns[0].counts)
    types = {str(place): columns[place].type for place in names}
    mended = [place for place in names if columns[place].is_mended(decimal_comma)]
    turned = [place for place in names if place not in mended]
    writer: ParquetWriter | None = None
    said: list[str] = []
    try:
        for number, lines in enumerate(text.rows()):
            table = _typed(text, lines, types)
            for place in (place for place in turned if columns[place].turned_at == number):
                said += _explain_turn(text, lines, table, place, names[place])
            for place in mended:
                at = table.column_names.index(str(place))
                table = table.set_column(at, str(place), to_numbers(table.column(at)))
            table = table.rename_columns(list(names.values()))
            writer = writer or ParquetWriter(target, table.schema)
            writer.write_table(table)
            on_part()
    finally:
        if writer is not None:
            writer.close()
    commas = [names[p] for p in mended if decimal_comma and columns[p].fit.has_comma]
    words = [names[p] for p in mended if names[p] not in commas]
    return (*notices, *explain_mends(commas, words), *said[:READ_AS_TEXT])


def _typed(text: _Text, lines: Lines, types: "Mapping[str, pa.DataType]") -> "pa.Table":
    try:
        return parse_as(lines.text, text.delimiter, len(text.header), types)
    except ValueError as error:
        raise TableError(
            f"{text.name} cannot be read by parts ({str(error).splitlines()[0][:200]}). Save it as "
            "Parquet."
        ) from error


def _explain_turn(
    text: _Text, lines: Lines, table: "pa.Table", place: int, name: str
) -> tuple[str, ...]:
    """Where a column of numbers holds text, by its line: it is then text on every line. Codes such
    as 007 are what they should be."""
    cells = table.column(str(place)).to_pylist()
    odd = (k for k, cell in enumerate(cells) if cell is not None and not _is_number(cell))
    row = next(odd, None)
    if row is None:
        return ()
    return (
        f"Column {quoted(name)} holds numbers before line {_line_of(text, lines, row)} of "
        f"{text.name}, and {quoted(str(cells[row]))} there, so all of it was read as text. Mend "
        "that value, or leave the column out.",
    )


def _line_of(text: _Text, lines: Lines, row: int) -> int:
    """The line of the file that a row begins on; blank lines are no rows."""
    reader = csv.reader(
        lines.text.decode("utf-8", "replace").splitlines(keepends=True), delimiter=text.delimiter
    )
    before, n_rows = 0, -1
    for cells in reader:
        n_rows += bool(cells)
        if n_rows == row:
            break
        before = reader.line_num
    return lines.first + before


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _broken(text: _Text, lines: Lines) -> TableError:
    found = lines.text, text.delimiter, text.name
    return explain_break(*found, len(text.header), lines.first)
