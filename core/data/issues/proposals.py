"""Columns that may mean something else than what they were read as, each with its mend."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core.data.coding import CodedTable
from core.data.columns import Holds, what_holds
from core.data.features import plain_numbers
from core.data.issues.issue import Issue, about_each
from core.data.mend_words import say_mend
from core.data.mending import MISSING_WORDS
from core.data.odd_texts import OddTexts, find_odd
from core.data.roles import Roles
from core.data.spellings import SEPARATORS, read_date, read_thousands

if TYPE_CHECKING:
    import pandas as pd

SENTINELS = (-9.0, -99.0, -999.0, -9999.0, -99999.0, 999.0, 9999.0, 99999.0)
"""Numbers that often stand for a missing value (ours)."""
FEWEST_SENTINELS = 3
APART = 5
"""How many times larger than every other value a sentinel above 0 is."""

_LOOK = 200


class Readings(NamedTuple):
    """How the text columns of a table may be read otherwise, by their names."""

    hows: dict[str, str]
    """The only mend that reads every text of a column."""
    odd: dict[str, OddTexts]
    """Of the other columns those with texts that they could do without."""


def find_readings(frame: "pd.DataFrame", roles: Roles) -> Readings:
    """What the texts among features and targets may be."""
    plain = plain_numbers(frame)
    names = [*roles.features, *roles.targets]
    texts = [n for n in names if n not in plain and what_holds(frame[n]) is Holds.TEXT]
    hows = {name: how for name in texts if (how := _mend_of_text(frame[name]))}
    odd = {name: one for name in texts if name not in hows and (one := find_odd(frame[name]))}
    return Readings(hows, odd)


def proposal_issues(hows: Mapping[str, str], coded: CodedTable) -> Iterator[Issue]:
    """Dates and numbers that were read as text, and numbers that may stand for missing."""
    left_out = dict(coded.left_out)
    yield from about_each(
        "notice",
        list(hows),
        lambda name: (
            f"was read as text{' and left out' * (name in left_out)}, but may hold "
            f"{_MEANING[hows[name].partition(':')[0]]}: "
            f"{say_mend(name, hows[name])} reads it so"
        ),
        "Leave it where that is not meant.",
        hows.__getitem__,
    )
    found = dict(_sentinels(coded))
    yield from about_each(
        "notice",
        list(found),
        lambda name: (
            f"has {found[name]:g} apart from all its other values, which may stand for "
            f"missing: {say_mend(name, f'missing:{found[name]:g}')} reads it so"
        ),
        "Leave it where the number is meant.",
        lambda name: f"missing:{found[name]:g}",
    )


_DATES = ("day_first", "month_first", "year_first")
_MEANING = {
    "day_first": "dates (day first)",
    "month_first": "dates (month first)",
    "year_first": "dates",
    "thousands": "numbers with a sign between the thousands",
}


def _mend_of_text(column: "pd.Series") -> str:
    """The only mend that reads every text of a column; '' where none does, or dates both ways."""
    raw = column.dropna().unique()
    if not any(map(_may_be_number, raw[:_LOOK])):
        return ""
    texts = (str(text).strip() for text in raw)
    distinct = [text for text in texts if text and text.lower() not in MISSING_WORDS]
    dates = [how for how in _DATES if _reads_dates(distinct, how)]
    if dates:
        return dates[0] if len(dates) == 1 else ""
    signs = [sign for sign in SEPARATORS if _reads_thousands(distinct, sign)]
    return f"thousands:{signs[0]}" if len(signs) == 1 else ""


def _may_be_number(text: object) -> bool:
    """Whether a text begins and ends like a number or a date: most that are neither do not."""
    digits = str(text).strip().lstrip("+-")
    return digits[:1].isdigit() and digits[-1:].isdigit()


def _reads_dates(texts: Sequence[str], how: str) -> bool:
    return _all(texts, lambda text: read_date(text, how) is not None)


def _reads_thousands(texts: Sequence[str], sign: str) -> bool:
    return any(sign in text for text in texts) and _all(
        texts, lambda text: read_thousands(text, sign) is not None
    )


def _all(texts: Sequence[str], test: Callable[[str], bool]) -> bool:
    """Whether a test holds for every text; most columns fail at one of the first."""
    return all(map(test, texts[:_LOOK])) and all(map(test, texts[_LOOK:]))


def _sentinels(coded: CodedTable) -> Iterator[tuple[str, float]]:
    """Columns with a usual sentinel at one end, repeated, and no value near it."""
    low = np.fmin.reduce(coded.features, axis=0)
    high = np.fmax.reduce(coded.features, axis=0)
    for place in np.flatnonzero(np.isin(low, SENTINELS) | np.isin(high, SENTINELS)):
        column = coded.features[:, place]
        for number in {float(low[place]), float(high[place])} & set(SENTINELS):
            others = column[~np.isnan(column) & (column != number)]
            n_same = int((column == number).sum())
            if n_same < FEWEST_SENTINELS or len(np.unique(others)) < 2:
                continue
            is_apart = others.min() >= 0 if number < 0 else others.max() * APART < number
            if is_apart:
                yield coded.sources[place], number
