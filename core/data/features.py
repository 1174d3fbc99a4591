"""Feature columns become numbers; how they did is kept, so that a new frame is coded alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int

from core.data.columns import Holds, as_levels, as_numbers, what_holds
from core.data.names import quoted
from core.errors import TableError
from core.frozen import Frozen

if TYPE_CHECKING:
    import pandas as pd

MOST_LEVELS = 50
"""A text feature with more levels is left out."""
SHOWN_LEVELS = 20
"""Levels of a text feature that get a column of their own; the rest share one."""
REST = "(other)"
UNNAMED = "(few patients)"
"""What the column of a level without a name is called."""
NO_VALUES = "no values"
"""Why a column cannot be a feature where every cell is missing."""
_WAYS = {
    Holds.NUMBERS: ", by pandas.to_numeric where they are written as text",
    Holds.DATES: ", by pandas.to_datetime where they are written as text",
}


@dataclass(frozen=True, eq=False)
class ColumnCode(Frozen):
    """How one column is coded: numbers as they are, dates in days since 1970, text as a 0/1 column
    for each of the first `n_shown` of its levels and, where it `has_rest`, one for all others.

    A text that was not there when the code was made goes to the rest; without a rest it counts as
    missing. So does one whose level lost its name (is empty, as no text of a column is).
    """

    name: str
    holds: Holds
    levels: tuple[str, ...] = ()
    n_shown: int = 0
    has_rest: bool = False

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The features that the column becomes."""
        if self.holds is not Holds.TEXT:
            return (self.name,)
        shown = (*self.levels[: self.n_shown], *([REST] if self.has_rest else []))
        return tuple(f"{self.name}={level or UNNAMED}" for level in shown)

    def check_column(self, column: "pd.Series") -> None:
        """Raise TableError when a column holds something else than what the code was made for;
        whole numbers may stand for the texts that they are written as."""
        from pandas.api.types import is_integer_dtype

        found = what_holds(column)
        as_text = self.holds is Holds.TEXT and is_integer_dtype(column)
        if found is not self.holds and not as_text and not column.isna().all():
            raise TableError(
                f"Column {quoted(self.name)} holds {found}, but {self.holds} when the model was "
                f"made. Give {self.holds}{_WAYS.get(self.holds, '')}."
            )

    def __call__(self, column: "pd.Series") -> Float[np.ndarray, "sample level"]:
        """The column as numbers, NaN where missing."""
        if self.holds is not Holds.TEXT:
            return as_numbers(column)[:, None]
        place = self._places(column)
        parts = [place == level for level in range(self.n_shown)]
        parts += [place >= self.n_shown] if self.has_rest else []
        unclear = place < 0 if self.has_rest else (place < 0) | (place == len(self.levels))
        values = np.stack(parts, axis=1).astype(np.float64)
        values[unclear] = np.nan
        return values

    def _places(self, column: "pd.Series") -> Int[np.ndarray, " sample"]:
        """The place of each text among the levels, their number where unknown, −1 if missing."""
        codes, found = as_levels(column)
        known = {level: place for place, level in enumerate(self.levels)}
        places = np.array([known.get(level, len(self.levels)) for level in found] + [-1])
        return np.asarray(places[codes])


def fit_codes(
    frame: "pd.DataFrame", names: Sequence[str]
) -> tuple[tuple[ColumnCode, ...], tuple[tuple[str, str], ...]]:
    """The code of every column that can be a feature, those with numbers first; the columns that
    cannot, each with the reason."""
    numbers, others = [], []
    left_out: dict[str, str] = {}
    plain = plain_numbers(frame)
    filled = frame.loc[:, [name for name in names if name in plain]].notna().any()
    for name in names:
        if name in plain and filled[name]:
            numbers.append(ColumnCode(name, Holds.NUMBERS))
            continue
        column = frame[name]
        if what_holds(column) is Holds.NUMBERS:
            if not np.isnan(as_numbers(column)).all():
                numbers.append(ColumnCode(name, Holds.NUMBERS))
            else:
                left_out[name] = NO_VALUES
        elif what_holds(column) is Holds.DATES:
            others.append(ColumnCode(name, Holds.DATES))
        else:
            code, reason = _fit_text(name, column)
            others += [code] if code else []
            left_out |= {name: reason} if reason else {}
    return (*numbers, *others), tuple(left_out.items())


def apply_codes(
    frame: "pd.DataFrame", codes: Sequence[ColumnCode]
) -> Float[np.ndarray, "sample feature"]:
    """The features of a frame whose columns hold what they held when the codes were made."""
    numbers = [code.name for code in codes if code.holds is Holds.NUMBERS]
    parts = [_block(frame, numbers)]
    parts += [code(frame[code.name]) for code in codes if code.holds is not Holds.NUMBERS]
    return np.concatenate(parts, axis=1) if len(parts) > 1 else parts[0]


def plain_numbers(frame: "pd.DataFrame") -> set[str]:
    """The columns whose type alone says that they hold numbers."""
    return {
        str(name)
        for name, kind in zip(frame.columns, frame.dtypes, strict=True)
        if isinstance(kind, np.dtype) and kind.kind in "fiub"
    }


def _block(frame: "pd.DataFrame", columns: list[str]) -> Float[np.ndarray, "sample column"]:
    part = frame[columns]
    if all(isinstance(kind, np.dtype) and kind.kind in "fiub" for kind in part.dtypes):
        return part.to_numpy(dtype=np.float64)
    values = np.empty((len(frame), len(columns)))
    for place, name in enumerate(columns):
        values[:, place] = as_numbers(frame[name])
    return values


def _fit_text(name: str, column: "pd.Series") -> tuple[ColumnCode | None, str]:
    """The code of a text column, the most frequent levels first, or why there is none."""
    codes, levels = as_levels(column)
    if not 0 < len(levels) <= MOST_LEVELS:
        return None, f"{len(levels)} distinct texts" if levels else NO_VALUES
    count = np.bincount(codes[codes >= 0], minlength=len(levels))
    order = [int(level) for level in np.argsort(-count, kind="stable")]
    if len(levels) <= 2:
        order = list(range(len(levels)))[::-1]
    n_shown = 1 if len(levels) <= 2 else min(len(levels), SHOWN_LEVELS)
    texts = tuple(levels[level] for level in order)
    return ColumnCode(name, Holds.TEXT, texts, n_shown, len(levels) > SHOWN_LEVELS), ""
