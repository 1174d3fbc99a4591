"""Small mends to a parsed text table, each with a notice: decimal commas, words for missing."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from core.data.names import listed

if TYPE_CHECKING:
    import pyarrow as pa

MISSING_WORDS = (
    *("-", "--", "*", "none", "missing", "unknown", "unk", "nil", "na", "n/a", "nan", "null"),
    *("not done", "not available", "not known"),
)
"""Words (in any case) that count as missing in a column that otherwise holds numbers."""

_LOOK = 2000
_NUMBER = r"^[+-]?((0|[1-9][0-9]{0,14})([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?$"
_COMMA_NUMBER = r"^[+-]?(0|[1-9][0-9]*)?,[0-9]+([eE][+-]?[0-9]+)?$"


def mend_numbers(table: "pa.Table", decimal_comma: bool) -> tuple["pa.Table", tuple[str, ...]]:
    """Turn text columns that hold numbers but for decimal commas or words for missing."""
    import pyarrow as pa

    commas: list[str] = []
    words: list[str] = []
    for place, name in enumerate(table.column_names):
        column = table.column(place)
        if not pa.types.is_string(column.type):
            continue
        first = fit_numbers(column.slice(0, _LOOK))
        if first.n_known and not first.is_number(decimal_comma):
            continue
        fit = fit_numbers(column)
        if fit.is_number(decimal_comma):
            table = table.set_column(place, name, to_numbers(column))
            (commas if decimal_comma and fit.has_comma else words).append(name)
    return table, explain_mends(commas, words)


def explain_mends(commas: Sequence[str], words: Sequence[str]) -> tuple[str, ...]:
    """The notices of columns that had decimal commas, or words for missing alone."""
    notices = []
    if commas:
        notices.append(f"Decimal commas were read as points in {listed(commas)}.")
    if words:
        notices.append(f"Words for a missing value were read as missing in {listed(words)}.")
    return tuple(notices)


class Fit(NamedTuple):
    """Whether the cells of a text column, or of a part of it, are numbers but for words for
    missing."""

    points: bool
    """Every cell is a number as it stands."""
    commas: bool
    """Every cell is one where a comma may be a decimal comma."""
    has_comma: bool
    n_known: int

    def joined(self, other: "Fit") -> "Fit":
        """Of two parts of a column together."""
        return Fit(
            self.points and other.points,
            self.commas and other.commas,
            self.has_comma or other.has_comma,
            self.n_known + other.n_known,
        )

    def is_number(self, decimal_comma: bool) -> bool:
        """Whether the column can be read as numbers."""
        commas = decimal_comma and self.has_comma
        return self.n_known > 0 and (self.commas if commas else self.points)


def fit_numbers(column: "pa.ChunkedArray") -> Fit:
    """What a text column, or a part of it, would be as numbers."""
    import pyarrow.compute as pc

    cells = _without_words(column)
    comma = pc.match_substring_regex(cells, _COMMA_NUMBER)
    number = pc.match_substring_regex(cells, _NUMBER)
    n_known = len(cells) - cells.null_count
    if not n_known:
        return Fit(True, True, False, 0)
    every = bool(pc.all(number).as_py()), bool(pc.all(pc.or_(number, comma)).as_py())
    return Fit(*every, bool(pc.any(comma).as_py()), n_known)


def to_numbers(column: "pa.ChunkedArray") -> "pa.ChunkedArray":
    """A text column that `fit_numbers` found to be numbers."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.cast(pc.replace_substring(_without_words(column), ",", "."), pa.float64())


def _without_words(column: "pa.ChunkedArray") -> "pa.ChunkedArray":
    import pyarrow as pa
    import pyarrow.compute as pc

    cells = pc.utf8_trim_whitespace(column)
    missing = pc.is_in(pc.utf8_lower(cells), value_set=pa.array(MISSING_WORDS))
    return pc.if_else(missing, pa.scalar(None, pa.string()), cells)


def drop_unnamed(table: "pa.Table", header: list[str]) -> tuple["pa.Table", tuple[str, ...]]:
    """Name the columns; one without a name is left out when it is empty or counts the rows."""
    columns = [table.column(place) for place in range(len(header))]
    empty = [not name and c.null_count == len(c) for name, c in zip(header, columns, strict=True)]
    names, notices = name_header(header, empty, not header[0] and counts_rows(columns[0]))
    return table.select(list(names)).rename_columns(list(names.values())), notices


def name_header(
    header: list[str], empty: Sequence[bool], counts: bool
) -> tuple[dict[int, str], tuple[str, ...]]:
    """The places of the columns that stay with their names, and notices.

    Args:
        header: the names; '' where there is none.
        empty: which columns have no values.
        counts: whether the first one counts the rows.
    """
    names, notices = {}, []
    for place, name in enumerate(header):
        if not name and empty[place]:
            notices.append(f"Column {place + 1} has no name and no values; it was left out.")
        elif not name and place == 0 and counts:
            notices.append("The first column has no name and counts the rows; it was left out.")
        else:
            names[place] = name or _free_name(f"column_{place + 1}", header)
            if not name:
                notices.append(f"Column {place + 1} has no name; it is called '{names[place]}'.")
    return names, tuple(notices)


def counts_rows(column: "pa.ChunkedArray") -> bool:
    """Whether a column holds whole numbers, each one more than the last."""
    import numpy as np
    import pyarrow as pa

    if not pa.types.is_integer(column.type) or column.null_count:
        return False
    return bool((np.diff(column.to_numpy()) == 1).all())


def _free_name(name: str, taken: list[str]) -> str:
    return name if name not in taken else _free_name(f"{name}_", taken)
