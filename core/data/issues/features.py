"""Which feature columns cannot be used, and which one should look at twice."""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

import numpy as np

from core.data.coding import CodedTable
from core.data.columns import Holds, what_holds
from core.data.features import NO_VALUES
from core.data.issues.issue import Issue, about_each

if TYPE_CHECKING:
    import pandas as pd

LARGEST_NUMBER = 1e20
"""Record numbers have 20 digits at most; every measurement of such a size is a whole number."""
UNIQUE_SHARE = 0.95
"""Whole numbers or texts of which more than this share differ look like identifiers."""

_LOOK = 20_000


def feature_issues(
    frame: "pd.DataFrame", coded: CodedTable, told: Collection[str]
) -> Iterator[Issue]:
    """Infinite values, columns left out, constants, and columns that look like identifiers; of the
    columns left out and of identifiers not those that are told of elsewhere."""
    yield from _infinite(coded)
    reasons = {name: why for name, why in coded.left_out if name not in told}
    yield from about_each(
        "notice",
        [name for name, why in reasons.items() if why == NO_VALUES],
        lambda name: "has no values and was left out",
        "Nothing is lost.",
    )
    yield from about_each(
        "warning",
        [name for name, why in reasons.items() if why != NO_VALUES],
        lambda name: f"has {reasons[name]} and was left out",
        "Drop it with --ignore, name it with --patient-id if it is one, or code it as numbers or a "
        "few categories.",
    )
    low = np.fmin.reduce(coded.features, axis=0)
    high = np.fmax.reduce(coded.features, axis=0)
    constant = np.array(low == high)
    numbered = ~constant & _counts(coded)
    yield from about_each(
        "notice",
        _sources(coded, constant),
        lambda name: "has the same value everywhere",
        "It tells no rows apart and is not used.",
    )
    yield from about_each(
        "warning",
        [
            name
            for name in _sources(coded, numbered)
            if name not in told and what_holds(frame[name]) is not Holds.DATES
        ],
        lambda name: "looks like a record number (almost every row has its own whole number)",
        "Drop it with --ignore, or name it with --patient-id, if it is one.",
    )


def _infinite(coded: CodedTable) -> Iterator[Issue]:
    n_infinite = np.isinf(coded.features).sum(axis=0)
    count = {coded.sources[k]: int(n_infinite[k]) for k in np.flatnonzero(n_infinite)}
    yield from about_each(
        "error",
        list(count),
        lambda name: f"has {count[name]} infinite value{'s'[: count[name] != 1]}",
        "Replace them with numbers or empty cells, or drop the column with --ignore.",
    )


def _counts(coded: CodedTable) -> np.ndarray:
    """Which features hold whole numbers that almost all differ."""
    step = max(1, len(coded.features) // _LOOK)
    seen = coded.features[::step]
    found = np.zeros(seen.shape[1], dtype=bool)
    whole = np.array([_is_whole(column) | np.isnan(column) for column in seen.T])
    for k in np.flatnonzero(whole.all(axis=1) if len(whole) else []):
        known = seen[~np.isnan(seen[:, k]), k]
        found[k] = len(np.unique(known)) > UNIQUE_SHARE * max(len(known), 20)
    return found


def _is_whole(column: np.ndarray) -> np.ndarray:
    return np.asarray((column == np.round(column)) & (np.abs(column) < LARGEST_NUMBER))


def _sources(coded: CodedTable, which: np.ndarray) -> list[str]:
    return list(dict.fromkeys(coded.sources[k] for k in np.flatnonzero(which)))
