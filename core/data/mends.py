"""Mends that a user may choose for a column; they are proposed in issues and never made unasked.

day_first, month_first, year_first    13/05/2020 → a date
thousands:, (or . ' and blank)        1,234.5 → a number; thousands:,|? without ?
missing:-999 (or unknown, or A|B)     that number, that text, or those → missing
numbers_but:<0.01 (or A|B)            those texts → missing, all others → numbers
lower_case                            Yes → yes

mend_columns(frame, {"admitted": "day_first", "glucose": "missing:-999"})
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.data.columns import Holds, as_numbers, what_holds
from core.data.mending import MISSING_WORDS
from core.data.names import listed, quoted, suggestion
from core.data.spellings import SEPARATORS, read_date, read_number, read_thousands
from core.errors import TableError

if TYPE_CHECKING:
    import pandas as pd

Mends = tuple[tuple[str, str], ...]
"""Columns, and how each is read otherwise."""
BETWEEN = "|"
"""Between several numbers or texts that stand for missing."""
THEN = " then "
"""Between mends that are made one after the other."""


@dataclass(frozen=True)
class Mend:
    """One kind of mend: `make` gives the column from its name, itself, and the whole of what was
    asked for, as `thousands:,`; `holds` is what the column then holds, None where that stays."""

    written: str
    make: "Callable[[str, pd.Series, str], pd.Series]"
    holds: Holds | None


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
        mended[name] = frame[name]
        for one in how.split(THEN):
            mended[name] = find_mend(name, one).make(name, mended[name], one)
    return frame.assign(**mended) if mended else frame


def find_mend(name: str, how: str) -> Mend:
    """The kind of a mend that is asked for; TableError where there is no such one."""
    kind, colon, detail = how.partition(":")
    mend = MENDS.get(kind)
    if mend is None or bool(colon) != mend.written.endswith(":") or (colon and not detail):
        raise _unknown(name, how)
    return mend


def _dates(name: str, column: "pd.Series", how: str) -> "pd.Series":
    import pandas as pd

    if what_holds(column) is not Holds.TEXT:
        return column
    return pd.to_datetime(_read(name, column, how, lambda text: read_date(text, how)))


def _thousands(name: str, column: "pd.Series", how: str) -> "pd.Series":
    sign, _, marks = how.partition(":")[2].partition(BETWEEN)
    if sign not in SEPARATORS:
        raise _unknown(name, how)
    column = _without(name, column, f"missing:{marks}") if marks else column
    if what_holds(column) is not Holds.TEXT:
        return column
    return _read(name, column, how, lambda text: read_thousands(text, sign)).astype(np.float64)


def _numbers_but(name: str, column: "pd.Series", how: str) -> "pd.Series":
    column = _without(name, column, how)
    if what_holds(column) is not Holds.TEXT:
        return column
    more = f"name it in the mend too: {how}{BETWEEN}{{}}"
    return _read(name, column, how, read_number, more).astype(np.float64)


def _without(name: str, column: "pd.Series", how: str) -> "pd.Series":
    """The column with some numbers or texts taken out as missing; of numbers it has no text."""
    marks = [mark.strip() for mark in how.partition(":")[2].split(BETWEEN)]
    holds = what_holds(column)
    if holds is Holds.DATES:
        raise TableError(
            f"Column {quoted(name)} holds dates, so {listed(marks)} cannot be taken out as "
            "missing. Drop that mend."
        )
    if holds is Holds.NUMBERS:
        numbers = [number for number in map(read_number, marks) if number is not None]
        return column.where(~np.isin(as_numbers(column), numbers))
    texts = column.astype("object")
    return column.where(~texts.map(lambda text: str(text).strip() in marks).astype(bool))


def _lower_case(name: str, column: "pd.Series", how: str) -> "pd.Series":
    if what_holds(column) is not Holds.TEXT:
        return column
    return column.astype("object").map(lambda text: str(text).strip().lower(), na_action="ignore")


MENDS: dict[str, Mend] = {
    "day_first": Mend("day_first", _dates, Holds.DATES),
    "month_first": Mend("month_first", _dates, Holds.DATES),
    "year_first": Mend("year_first", _dates, Holds.DATES),
    "thousands": Mend("thousands:", _thousands, Holds.NUMBERS),
    "missing": Mend("missing:", _without, None),
    "numbers_but": Mend("numbers_but:", _numbers_but, Holds.NUMBERS),
    "lower_case": Mend("lower_case", _lower_case, None),
}
"""What a mend is called → how it is made."""


def _unknown(name: str, how: str) -> TableError:
    return TableError(
        f"Unknown mend {how!r} for column {quoted(name)}; choose day_first, month_first, "
        "year_first, thousands:, missing:NUMBER or missing:TEXT|TEXT, numbers_but:TEXT|TEXT, or "
        "lower_case."
    )


def _read(
    name: str,
    column: "pd.Series",
    how: str,
    parse: Callable[[str], Any],
    way_out: str = "choose another mend",
) -> "pd.Series":
    """Every text parsed, each distinct one once; blanks and words for missing are missing."""
    import pandas as pd

    texts = column.astype("object").where(column.notna(), None)
    codes, distinct = pd.factorize(texts)
    values = []
    for text in (str(text).strip() for text in distinct):
        value = parse(text)
        if value is None and text.lower() not in ("", *MISSING_WORDS):
            raise TableError(
                f"Column {quoted(name)} cannot be mended as {how}: it holds {quoted(text)}. "
                f"Mend that value, or {way_out.format(text)}."
            )
        values.append(value)
    return pd.Series([*values, None], dtype=object).iloc[codes].set_axis(column.index)
