"""Texts that a column could do without: those among numbers, and words for missing.

find_odd(frame["lab"])     # numbers but for 25 cells ('<0.01'): OddTexts(texts=('<0.01',), …)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.data.columns import as_levels
from core.data.mends import BETWEEN
from core.data.names import listed
from core.data.spellings import read_number

if TYPE_CHECKING:
    import pandas as pd

WORDS = {
    *("missing", "unknown", "unk", "na", "n/a", "nan", "null", "?", "unspecified"),
    *("not done", "not available", "not known", "not recorded", "not reported"),
}
"""Words that seldom are a category of their own; 'none' often is one (ours)."""
NUMBERS = {"-9", "-99", "-999", "-9999", "-99999"}
"""Numbers among texts that often stand for missing (ours)."""
NUMBER_SHARE = 0.5
"""Of the known cells of a column of numbers that holds some texts, the share of numbers, at least
(ours)."""
MOST_TEXTS = 10
"""More odd texts than this are not listed in a mend (ours)."""

MANY = 50
"""Of more distinct texts no word is odd, unless many are numbers."""

_ROWS = 2_000


@dataclass(frozen=True)
class OddTexts:
    """Some texts of a column, in how many cells, and beside how many other distinct texts."""

    texts: tuple[str, ...]
    n_cells: int
    n_others: int
    among_numbers: bool
    """Whether all the other texts are numbers."""

    @property
    def how(self) -> str:
        """The mend that takes them out; '' where they are too many, or cannot be written so."""
        if len(self.texts) > MOST_TEXTS or any(BETWEEN in text for text in self.texts):
            return ""
        kind = "numbers_but" if self.among_numbers else "missing"
        return f"{kind}:{BETWEEN.join(self.texts)}"

    def __str__(self) -> str:
        return f"{self.n_cells} cell{'s'[: self.n_cells != 1]} ({listed(self.texts)})"


def find_odd(column: "pd.Series") -> OddTexts | None:
    """The texts of a text column that are odd among the others; None where there is none such.

    Those that are no numbers where most cells are, else words for missing among few texts.
    """
    some = [str(text).strip() for text in column.iloc[:_ROWS].dropna().unique()]
    if len(some) > MANY and sum(read_number(text) is not None for text in some) < len(some) / 4:
        return None
    codes, levels = as_levels(column)
    count = np.bincount(codes[codes >= 0], minlength=len(levels))
    is_number = np.array([read_number(text) is not None for text in levels], dtype=bool)
    if 0 < count[is_number].sum() < count.sum() and count[is_number].sum() >= (
        NUMBER_SHARE * count.sum()
    ):
        return _odd(levels, count, ~is_number, among_numbers=True)
    is_word = np.array([text.lower() in WORDS or text in NUMBERS for text in levels], dtype=bool)
    if is_word.any() and not is_word.all():
        return _odd(levels, count, is_word, among_numbers=False)
    return None


def _odd(
    levels: Sequence[str], count: np.ndarray, which: np.ndarray, among_numbers: bool
) -> OddTexts:
    """Those texts, the most frequent first."""
    order = sorted(np.flatnonzero(which).tolist(), key=lambda place: -int(count[place]))
    return OddTexts(
        tuple(levels[place] for place in order),
        int(count[which].sum()),
        int((~which).sum()),
        among_numbers,
    )
