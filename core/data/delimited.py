"""The shape of a delimited text: its delimiter, its header, and the first line that breaks it."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from core.data.names import quoted
from core.errors import TableError

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_HEAD_ROWS = 20


def find_delimiter(content: bytes, name: str) -> str:
    """The delimiter that splits the first rows into the most columns, equally many in each.

    Raises:
        TableError: none of them gives two columns.
    """
    scores = {}
    for delimiter in DELIMITERS:
        widths = [len(row) for row, _ in islice(_rows(content, delimiter), _HEAD_ROWS)]
        if widths and widths[0] > 1:
            scores[delimiter] = (sum(n == widths[0] for n in widths) / len(widths), widths[0])
    if not scores:
        row, _ = next(_rows(content, "\t"), ([""], 0))
        raise TableError(
            f"{name} has one column ({quoted(row[0].strip())}); a table needs features and targets "
            "separated by commas, semicolons, tabs or bars. Save it again with one of these."
        )
    return max(scores, key=lambda delimiter: scores[delimiter])


def read_header(content: bytes, delimiter: str, name: str) -> tuple[list[str], int]:
    """The stripped column names, an empty one staying empty, and the byte where the rows begin.

    Raises:
        TableError: a name occurs twice.
    """
    row, stop = next(_rows(content, delimiter))
    header = [cell.strip() for cell in row]
    check_names([cell for cell in header if cell], name)
    return header, stop


def check_names(names: list[str], where: str) -> None:
    """Raise TableError when a column name occurs twice."""
    column, times = Counter(names).most_common(1)[0] if names else ("", 0)
    if times > 1:
        number = column.lstrip("-").replace(".", "", 1).isdigit()
        what_to_do = "Add a header line, if it is missing, or r" if number else "R"
        raise TableError(
            f"{where} has {times} columns named {quoted(column)}. {what_to_do}ename all but one."
        )


def explain_break(
    content: bytes, delimiter: str, name: str, n_columns: int = 0, first_line: int = 1
) -> TableError:
    """The error that names the first line with another number of values than the header has; of a
    part of a file `n_columns` says how many, and `first_line` where it begins."""
    reader = csv.reader(_lines(content), delimiter=delimiter)
    line = first_line
    try:
        for row in reader:
            n_columns = n_columns or len(row)
            if row and len(row) != n_columns:
                return TableError(
                    f"{name} line {line} has {len(row)} value{'s'[: len(row) != 1]} but the header "
                    f"names {n_columns} columns. Mend that line, or quote values that contain "
                    f"{quoted(delimiter)}."
                )
            line = first_line + reader.line_num
    except csv.Error as error:
        return TableError(f"{name} line {line} cannot be read ({error}). Mend that line.")
    return TableError(f"{name} has a quote that does not close. Mend it or save the table again.")


def never_closes(content: bytes, delimiter: str) -> bool:
    """Whether the text ends inside a quoted value, which has then swallowed what follows it."""
    if content.count(b'"') % 2 == 0:
        return False
    try:
        for _ in csv.reader(_lines(content), delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        return "end of data" in str(error)
    return False


def _rows(content: bytes, delimiter: str) -> Iterator[tuple[list[str], int]]:
    """Rows that are not blank, each with the byte where the next begins; stops at bad quotes."""
    stop = 0

    def counted() -> Iterator[str]:
        nonlocal stop
        for line in io.BytesIO(content):
            stop += len(line)
            yield line.decode("utf-8", errors="replace")

    try:
        for row in csv.reader(counted(), delimiter=delimiter):
            if row:
                yield row, stop
    except csv.Error:
        return


def _lines(content: bytes) -> Iterator[str]:
    return (line.decode("utf-8", errors="replace") for line in io.BytesIO(content))
