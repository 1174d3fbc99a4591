"""From features back to columns: the levels of one text column are one column again."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Bool, Float, Int

from core.values import TaskTable

LEVEL = "="
"""Between a text column and its level in the name of a feature."""


def join_levels(table: TaskTable) -> tuple[Int[np.ndarray, " feature"], list[str]]:
    """The source of every feature, and the names of the sources."""
    source = np.zeros(len(table.feature_names), dtype=int)
    names: list[str] = []
    for run in _runs(table.feature_names):
        is_text = len(run) > 1 and _is_one_hot(table.features[:, run.start : run.stop])
        if is_text:
            names.append(table.feature_names[run.start].partition(LEVEL)[0])
            source[run.start : run.stop] = len(names) - 1
            continue
        for feature in run:
            source[feature] = len(names)
            names.append(table.feature_names[feature])
    return source, names


def _runs(names: tuple[str, ...]) -> Iterator[range]:
    """Neighbours that may be the levels of one text column, all others by themselves."""
    start = 0
    for place in range(1, len(names) + 1):
        before = names[place - 1].partition(LEVEL)
        after = names[place].partition(LEVEL) if place < len(names) else ("", "", "")
        if before[:2] != after[:2] or not before[1]:
            yield range(start, place)
            start = place


def _is_one_hot(features: Float[np.ndarray, "sample level"]) -> bool:
    """Whether every row is in one level at most, and is missing in all or none."""
    lacks = np.isnan(features)
    known = features[~lacks.any(axis=1)]
    is_flag: Bool[np.ndarray, "sample level"] = (known == 0) | (known == 1)
    is_whole = bool((lacks.all(axis=1) == lacks.any(axis=1)).all())
    return is_whole and bool(is_flag.all()) and bool((known.sum(axis=1) <= 1).all())
