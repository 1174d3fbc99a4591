"""What one column holds: numbers, dates or text, and how it is turned into numbers."""

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int

if TYPE_CHECKING:
    import pandas as pd


class Holds(StrEnum):
    """The three things a column can hold; booleans count as numbers."""

    NUMBERS = "numbers"
    DATES = "dates"
    TEXT = "text"


def what_holds(column: "pd.Series") -> Holds:
    """Tell numbers, dates and text apart by type; objects that are numbers count as such."""
    from pandas.api import types

    if types.is_datetime64_any_dtype(column):
        return Holds.DATES
    if types.is_complex_dtype(column):
        return Holds.TEXT
    if types.is_numeric_dtype(column) or types.is_bool_dtype(column):
        return Holds.NUMBERS
    if types.is_timedelta64_dtype(column) or column.isna().all():
        return Holds.NUMBERS
    if column.dtype == object and types.infer_dtype(column, skipna=True) in _NUMBERS:
        return Holds.NUMBERS
    return Holds.TEXT


_NUMBERS = ("integer", "floating", "mixed-integer-float", "boolean", "decimal")


def as_numbers(column: "pd.Series") -> Float[np.ndarray, " sample"]:
    """The column as float64, NaN where missing; dates in days since 1970, spans in days."""
    import pandas as pd

    if what_holds(column) is Holds.DATES:
        plain = column.dt.tz_convert(None) if column.dt.tz is not None else column
        moments = plain.to_numpy(dtype="datetime64[ms]")
        days: np.ndarray = moments.astype(np.int64) / 86_400_000
        return np.where(np.isnat(moments), np.nan, days)
    if pd.api.types.is_timedelta64_dtype(column):
        column = column.dt.total_seconds() / 86_400
    if column.dtype == object:
        column = column.astype("Float64")
    values: np.ndarray = column.to_numpy(dtype=np.float64, na_value=np.nan)
    return values


def as_levels(column: "pd.Series") -> tuple[Int[np.ndarray, " sample"], tuple[str, ...]]:
    """Codes 0, 1, … of the distinct texts in sorted order, and the texts.

    The code is −1 where the text is missing or blank; blanks around a text do not count.
    """
    import pandas as pd

    text = column.astype("object").where(column.notna(), None)
    raw, distinct = pd.factorize(text)
    names = np.array([str(level).strip() for level in distinct], dtype=object)
    order = {name: code for code, name in enumerate(sorted({*names} - {""}))}
    recode = np.array([order.get(name, -1) for name in names] + [-1])
    return recode[raw], tuple(order)
