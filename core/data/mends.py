"""Mends that a user may choose for a column; they are proposed in issues and never made unasked.

day_first, month_first, year_first    13/05/2020 → a date
thousands:, (or . ' and blank)        1,234.5 → a number; thousands:,|? without ?
missing:-999 (or unknown, or A|B)     that number, that text, or those → missing
numbers_but:<0.01 (or A|B)            those texts → missing, all others → numbers

mend_columns(frame, {"admitted": "day_first", "glucose": "missing:-999"})
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.data.columns import Holds, as_numbers, what_holds
from core.data.mending import MISSING_WORDS
from core.data.names import listed, quoted, suggestion
from core.data.spellings import SEPARATORS, read_date, read_number, read_thousands
from core.errors import MethodError, TableError

if TYPE_CHECKING:
    import pandas as pd

Mends = tuple[tuple[str, str], ...]
"""Columns, and how each is read otherwise."""
BETWEEN = "|"
"""Between several numbers or texts that stand for missing."""
_WITH_MARKS = ("missing", "numbers_but", "thousands")


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
        mended[name] = find_mend(name, how).make(name, frame[name], how)
    return frame.assign(**mended) if mended else frame


def find_mend(name: str, how: str) -> Mend:
    """The kind of a mend that is asked for; TableError where there is no such one."""
    kind, colon, detail = how.partition(":")
    mend = MENDS.get(kind)
    if mend is None or bool(colon) != mend.written.endswith(":") or (colon and not detail):
        raise _unknown(name, how)
    return mend


def parse_mends(pairs: Sequence[str]) -> dict[str, str]:
    """Columns and how each is mended, from texts such as `age=missing:-999`.

    Raises:
        MethodError: a text is not of this form, or a column has two mends that are not one.
    """
    mends: dict[str, str] = {}
    for pair in pairs:
        starts = [at for mend in MENDS.values() if (at := _start(pair, mend.written)) > 0]
        at = min(starts, default=pair.rfind("="))
        if at < 1:
            raise MethodError(f"--mend {pair!r} is not COLUMN=HOW, for example age=missing:-999.")
        column, how = pair[:at], pair[at + 1 :]
        both = join_mends(mends.get(column, ""), how)
        if not both:
            raise MethodError(
                f"--mend reads {column!r} as {mends[column]} and as {how}; choose one of them."
            )
        mends[column] = both
    return mends


def join_mends(first: str, then: str) -> str:
    """One mend that does what two do to a column; '' where there is none such."""
    kind, marks = first.partition(":")[0], then.partition(":")[2]
    if not first or first == then:
        return then
    if then.startswith("missing:"):
        return f"{first}{BETWEEN}{marks}" if kind in _WITH_MARKS else ""
    if kind == "missing" and then.partition(":")[0] in _WITH_MARKS:
        return f"{then}{BETWEEN}{first.partition(':')[2]}"
    return ""


def say_mend(name: str, how: str) -> str:
    """How a mend is asked for on the command line, whatever the name and the texts hold."""
    asked = f"{name}={how}".replace("'", "'\"'\"'")
    return f"--mend '{asked}'"


def _start(pair: str, written: str) -> int:
    """Where `=` and a mend begin in a text; below 1 where they do not."""
    if written.endswith(":"):
        return pair.find(f"={written}")
    return pair.rfind(f"={written}") if pair.endswith(f"={written}") else -1


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


MENDS: dict[str, Mend] = {
    "day_first": Mend("day_first", _dates, Holds.DATES),
    "month_first": Mend("month_first", _dates, Holds.DATES),
    "year_first": Mend("year_first", _dates, Holds.DATES),
    "thousands": Mend("thousands:", _thousands, Holds.NUMBERS),
    "missing": Mend("missing:", _without, None),
    "numbers_but": Mend("numbers_but:", _numbers_but, Holds.NUMBERS),
}
"""What a mend is called → how it is made."""


def _unknown(name: str, how: str) -> TableError:
    return TableError(
        f"Unknown mend {how!r} for column {quoted(name)}; choose day_first, month_first, "
        "year_first, thousands:, missing:NUMBER or missing:TEXT|TEXT, or numbers_but:TEXT|TEXT."
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
