"""Columns that name a split somebody made before: which rows were for training, which for tests.

A model that learns from such a column learns how rows were dealt, and what was known of the old
test rows. They are proposed as ignored, as rows are split anew here.
"""

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING

from core.data.columns import Holds, as_levels, what_holds
from core.data.features import plain_numbers

if TYPE_CHECKING:
    import pandas as pd

TRAINING = {
    *("train", "training", "tr", "trn", "fit", "learn", "learning", "dev", "development"),
    "derivation",
}
OTHERS = {
    *("valid", "val", "validate", "validation", "tune", "tuning", "calibration"),
    *("test", "testing", "tst", "te", "eval", "evaluation", "holdout", "heldout"),
}
"""What the parts of a split are called, without signs and numbers; a split has both (ours)."""
MOST_PARTS = 10

WORDS = {"split", "splits", "fold", "folds", "partition", "cv"}
PHRASES = {"is train", "is test", "in train", "in test", "train test", "test set", "train set"}
"""Words of a column's name that say as much of its numbers."""
MOST_FOLDS = 20

_LOOK = 200


def find_splits(frame: "pd.DataFrame", names: Iterable[str]) -> set[str]:
    """Those of the columns of which every value names a part of a split."""
    plain = plain_numbers(frame)
    return {name for name in names if name not in plain and _names_split(frame[name])}


def may_number_split(name: str, column: "pd.Series") -> bool:
    """Whether a column of a few values is called like the number of a fold, or like a flag of the
    rows for training."""
    words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower())
    pairs = {" ".join(pair) for pair in pairwise(words)}
    is_called_so = bool(WORDS & set(words) or PHRASES & pairs)
    return is_called_so and 2 <= column.nunique() <= MOST_FOLDS


def _names_split(column: "pd.Series") -> bool:
    some = column.iloc[:_LOOK].dropna().unique()
    if what_holds(column) is not Holds.TEXT or not _words(some) <= {*TRAINING, *OTHERS, ""}:
        return False
    _, levels = as_levels(column)
    words = _words(levels) if len(levels) <= MOST_PARTS else set()
    return words <= TRAINING | OTHERS and bool(words & TRAINING and words & OTHERS)


def _words(values: Iterable[object]) -> set[str]:
    return {re.sub(r"[\W\d_]", "", str(value).lower()) for value in values}
