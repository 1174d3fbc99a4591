"""Small mends to a parsed text table, each with a notice: decimal commas, words for missing."""

from typing import TYPE_CHECKING

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
        mended, had_comma = _as_numbers(column.slice(0, _LOOK), decimal_comma)
        if mended is not None:
            mended, had_comma = _as_numbers(column, decimal_comma)
        if mended is not None:
            table = table.set_column(place, name, mended)
            (commas if had_comma else words).append(name)
    notices = []
    if commas:
        notices.append(f"Decimal commas were read as points in {listed(commas)}.")
    if words:
        notices.append(f"Words for a missing value were read as missing in {listed(words)}.")
    return table, tuple(notices)


def _as_numbers(
    column: "pa.ChunkedArray", decimal_comma: bool
) -> tuple["pa.ChunkedArray | None", bool]:
    """The column as numbers, or None where it is text; whether it had decimal commas."""
    import pyarrow as pa
    import pyarrow.compute as pc

    cells = pc.utf8_trim_whitespace(column)
    missing = pc.is_in(pc.utf8_lower(cells), value_set=pa.array(MISSING_WORDS))
    cells = pc.if_else(missing, pa.scalar(None, pa.string()), cells)
    comma = pc.match_substring_regex(cells, _COMMA_NUMBER)
    had_comma = decimal_comma and bool(pc.any(comma).as_py())
    number = pc.match_substring_regex(cells, _NUMBER)
    fits = pc.or_(number, comma) if had_comma else number
    if cells.null_count == len(cells) or not pc.all(fits).as_py():
        return None, False
    if had_comma:
        cells = pc.replace_substring(cells, ",", ".")
    return pc.cast(cells, pa.float64()), had_comma


def drop_unnamed(table: "pa.Table", header: list[str]) -> tuple["pa.Table", tuple[str, ...]]:
    """Name the columns; one without a name is left out when it is empty or counts the rows."""
    names, kept, notices = [], [], []
    for place, name in enumerate(header):
        column = table.column(place)
        if not name and column.null_count == len(column):
            notices.append(f"Column {place + 1} has no name and no values; it was left out.")
        elif not name and place == 0 and _counts_rows(column):
            notices.append("The first column has no name and counts the rows; it was left out.")
        else:
            kept.append(place)
            names.append(name or _free_name(f"column_{place + 1}", header))
            if not name:
                notices.append(f"Column {place + 1} has no name; it is called '{names[-1]}'.")
    return table.select(kept).rename_columns(names), tuple(notices)


def _counts_rows(column: "pa.ChunkedArray") -> bool:
    import numpy as np
    import pyarrow as pa

    if not pa.types.is_integer(column.type) or column.null_count:
        return False
    return bool((np.diff(column.to_numpy()) == 1).all())


def _free_name(name: str, taken: list[str]) -> str:
    return name if name not in taken else _free_name(f"{name}_", taken)
