"""Mends that a user may choose for a column; they are proposed in issues and never made unasked.

day_first, month_first    13/05/2020 → a date
thousands:, (or . ' and blank)    1,234.5 → a number
missing:-999              that number → missing

mend_columns(frame, {"admitted": "day_first", "glucose": "missing:-999"})
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from core.data.columns import Holds, as_numbers, what_holds
from core.data.names import listed, quoted, suggestion
from core.errors import TableError

if TYPE_CHECKING:
    import pandas as pd

SEPARATORS = {",": ".", ".": ",", "'": ".", " ": "."}
"""Signs between thousands, and the sign before the decimals that goes with each."""

_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?")
Mends = tuple[tuple[str, str], ...]
"""Columns, and how each is read otherwise."""
_KNOWN = "day_first, month_first, thousands:, or missing:NUMBER"


def mend_columns(frame: "pd.DataFrame", mends: Mapping[str, str]) -> "pd.DataFrame":
    """The frame with the chosen mends made; a column that needs none any more stays as it is.

    Raises:
        TableError: an unknown column or mend, or a value that a mend cannot read.
    """
    names = [str(name) for name in frame.columns]
    mended = {}
    for name, how in mends.items():
        if name not in names:
            raise TableError(
                f"--mend {quoted(name)} matches no column. {suggestion(name, names)}"
                f"The table has {listed(names)}."
            )
        mended[name] = _mend(name, frame[name], how)
    return frame.assign(**mended) if mended else frame


def _mend(name: str, column: "pd.Series", how: str) -> "pd.Series":
    import pandas as pd

    kind, _, detail = how.partition(":")
    if kind == "missing":
        return _without(name, column, detail)
    is_text = what_holds(column) is Holds.TEXT
    if how in ("day_first", "month_first"):
        dates = _read(name, column, how, lambda text: read_date(text, how)) if is_text else column
        return pd.to_datetime(dates) if is_text else dates
    if kind == "thousands" and detail in SEPARATORS:
        numbers = _read(name, column, how, lambda text: read_thousands(text, detail))
        return numbers.astype(np.float64) if is_text else column
    raise TableError(f"Unknown mend {how!r} for column {quoted(name)}; choose {_KNOWN}.")


def read_date(text: str, how: str) -> datetime | None:
    """The moment that a text such as 13/05/2020 or 13.05.2020 14:30 means; None where it cannot."""
    found = _DATE.fullmatch(text)
    if not found:
        return None
    first, second, year, hour, minute, seconds = (int(part or 0) for part in found.groups())
    day, month = (first, second) if how == "day_first" else (second, first)
    try:
        return datetime(year, month, day, hour, minute, seconds)
    except ValueError:
        return None


def read_thousands(text: str, separator: str) -> float | None:
    """The number that a text such as 1,234,567.8 means; None where it is not written so."""
    group, point = re.escape(separator), re.escape(SEPARATORS[separator])
    pattern = rf"[+-]?(\d+|\d{{1,3}}({group}\d{{3}})+)({point}\d+)?"
    if not re.fullmatch(pattern, text):
        return None
    return float(text.replace(separator, "").replace(SEPARATORS[separator], "."))


def _read(name: str, column: "pd.Series", how: str, parse: Callable[[str], Any]) -> "pd.Series":
    """Every text parsed, each distinct one once; blanks are missing."""
    import pandas as pd

    texts = column.astype("object").where(column.notna(), None)
    codes, distinct = pd.factorize(texts)
    values = []
    for text in (str(text).strip() for text in distinct):
        value = parse(text) if text else None
        if text and value is None:
            raise TableError(
                f"Column {quoted(name)} cannot be mended as {how}: it holds {quoted(text)}. "
                "Mend that value, or choose another mend."
            )
        values.append(value)
    return pd.Series([*values, None], dtype=object).iloc[codes].set_axis(column.index)


def _without(name: str, column: "pd.Series", number: str) -> "pd.Series":
    try:
        sentinel = float(number)
    except ValueError:
        raise TableError(
            f"Unknown mend 'missing:{number}' for column {quoted(name)}; choose {_KNOWN}."
        ) from None
    if what_holds(column) is not Holds.NUMBERS:
        raise TableError(
            f"Column {quoted(name)} holds {what_holds(column)}, so {number} cannot be taken out "
            "as missing. Drop that mend."
        )
    return column.where(as_numbers(column) != sentinel)
