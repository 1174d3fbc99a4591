"""What a text may spell: a number, a number with signs between its thousands, a date."""

import re
from datetime import datetime

SEPARATORS = {",": ".", ".": ",", "'": ".", " ": "."}
"""Signs between thousands, and the sign before the decimals that goes with each."""

_NUMBER = re.compile(r"[+-]?((0|[1-9]\d{0,14})(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_COMMA = re.compile(r"[+-]?(0,\d+|\d+,(\d{1,2}|\d{4,})|\d{4,},\d+)", re.ASCII)
_TIME = r"(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?"
_DATES = {
    "day_first": (re.compile(rf"(\d{{1,2}})[/.-](\d{{1,2}})[/.-](\d{{4}}){_TIME}"), (2, 1, 0)),
    "month_first": (re.compile(rf"(\d{{1,2}})[/.-](\d{{1,2}})[/.-](\d{{4}}){_TIME}"), (2, 0, 1)),
    "year_first": (re.compile(rf"(\d{{4}})[/.-](\d{{1,2}})[/.-](\d{{1,2}}){_TIME}"), (0, 1, 2)),
}
"""How a date is written, and where year, month and day stand in it."""


def read_number(text: str) -> float | None:
    """The number that a text such as 12.5, 1e-3 or 0,25 means; None where it is none.

    A comma before three digits may part thousands, and digits after a leading zero, or more than
    15 of them, are a code: neither is a number.
    """
    if _COMMA.fullmatch(text):
        text = text.replace(",", ".")
    return float(text) if _NUMBER.fullmatch(text) else None


def read_thousands(text: str, separator: str) -> float | None:
    """The number that a text such as 1,234,567.8 means; None where it is not written so."""
    group, point = re.escape(separator), re.escape(SEPARATORS[separator])
    pattern = rf"[+-]?(\d+|\d{{1,3}}({group}\d{{3}})+)({point}\d+)?"
    if not re.fullmatch(pattern, text):
        return None
    return float(text.replace(separator, "").replace(SEPARATORS[separator], "."))


def read_date(text: str, how: str) -> datetime | None:
    """The moment that a text such as 13/05/2020 or 13.05.2020 14:30 means; None where it cannot."""
    pattern, places = _DATES[how]
    found = pattern.fullmatch(text)
    if not found:
        return None
    parts = [int(part or 0) for part in found.groups()]
    year, month, day = (parts[place] for place in places)
    try:
        return datetime(year, month, day, parts[3], parts[4], parts[5])
    except ValueError:
        return None
