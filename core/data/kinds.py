"""What a target column predicts: binary, multiclass or regression."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from core.data.columns import Holds, as_levels, as_numbers, what_holds
from core.data.names import quoted
from core.errors import TableError
from core.values import Kind

if TYPE_CHECKING:
    import pandas as pd

KINDS = tuple(kind for kind in Kind if kind is not Kind.UNKNOWN)
"""What a column of a table may be."""
MOST_CODES = 10
"""Whole numbers with more distinct values than this are a regression, not class codes."""
MOST_CLASSES = 50
"""Classes a target may have."""
FEWEST_ROWS = 10
"""Rows of every code from which balanced codes count as classes."""


def infer_kind(name: str, column: "pd.Series") -> Kind:
    """The kind of a target: two distinct values are binary; text, or whole numbers with at most
    `MOST_CODES` distinct values, multiclass; other numbers a regression. More whole numbers, up to
    `MOST_CLASSES`, are multiclass only where they are codes beyond doubt (ours): 0 … k − 1 without
    a gap, the rarest at least half as frequent as the commonest, as in a set of labelled images.

    Raises:
        TableError: dates, or text with more than `MOST_CLASSES` levels.
    """
    holds = what_holds(column)
    if holds is Holds.DATES:
        raise TableError(
            f"Target column {quoted(name)} holds dates, which no task predicts. "
            "Turn it into a number of days or drop it with --ignore."
        )
    if holds is Holds.TEXT:
        return _kind_of_count(name, len(as_levels(column)[1]))
    values = as_numbers(column)
    distinct = np.unique(values[np.isfinite(values)])
    if len(distinct) <= 2:
        return Kind.BINARY
    whole = bool(np.all(distinct == np.round(distinct)))
    is_coded = whole and (len(distinct) <= MOST_CODES or _are_codes(values, len(distinct)))
    return Kind.MULTICLASS if is_coded else Kind.REGRESSION


def _are_codes(values: Float[np.ndarray, " sample"], n_distinct: int) -> bool:
    """Whether whole numbers are the codes 0 … k − 1 of classes that are about equally frequent."""
    known = values[np.isfinite(values)]
    if n_distinct > MOST_CLASSES or known.min() != 0 or known.max() != n_distinct - 1:
        return False
    counts = np.bincount(known.astype(int))
    return bool(counts.min() >= max(FEWEST_ROWS, counts.max() / 2))


def check_kind(name: str, column: "pd.Series", kind: str) -> Kind:
    """The kind a user asked for, where the column can be read that way.

    Raises:
        TableError: unknown kind (the known ones are listed), or the column does not fit it.
    """
    if kind not in KINDS:
        known = ", ".join(KINDS)
        raise TableError(f"Unknown kind {kind!r} for column {quoted(name)}; choose one of {known}.")
    wanted = Kind(kind)
    if wanted is Kind.TIME_TO_EVENT:
        raise TableError(
            f"Column {quoted(name)} holds times; name the column that tells whether the event "
            f"happened too: {name}=time_to_event:EVENT_COLUMN."
        )
    holds = what_holds(column)
    if wanted is Kind.REGRESSION:
        if holds is not Holds.NUMBERS:
            raise TableError(
                f"Column {quoted(name)} holds {holds}, so it cannot be a regression. "
                "Use kind binary or multiclass, or give numbers."
            )
        return wanted
    n_levels = len(as_levels(column)[1])
    if wanted is Kind.BINARY and n_levels > 2:
        raise TableError(
            f"Column {quoted(name)} has {n_levels} distinct values, so it cannot be binary. "
            "Use kind multiclass or regression."
        )
    _kind_of_count(name, n_levels)
    return wanted


def _kind_of_count(name: str, n_levels: int) -> Kind:
    if n_levels > MOST_CLASSES:
        raise TableError(
            f"Target column {quoted(name)} has {n_levels} distinct values; a class task has at "
            f"most {MOST_CLASSES}. Merge rare classes or drop it with --ignore."
        )
    return Kind.BINARY if n_levels <= 2 else Kind.MULTICLASS
