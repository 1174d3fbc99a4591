"""From the inputs of a model back to the columns that people know."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from core.inputs import InputScale
from core.values import Split, TaskTable

LEVEL = "="
"""Between a text column and its level in the name of a feature."""
FEWEST_SHOWN = 11
"""Patients with and without a value, before the want of it is told."""


class Column(NamedTuple):
    """A column of the data, or whether it was filled in."""

    name: str
    is_recording: bool
    is_shown: bool
    """False where its name would tell a rare text, or something only a few patients lack."""


class Columns(NamedTuple):
    """The columns, and which of them each input belongs to."""

    columns: tuple[Column, ...]
    of_input: Int[np.ndarray, " input"]

    def add_up(
        self, by_input: Float[np.ndarray, "input group"]
    ) -> Float[np.ndarray, "column group"]:
        """Sums over the inputs of each column."""
        found = np.zeros((len(self.columns), by_input.shape[1]))
        np.add.at(found, self.of_input, by_input[: len(self.of_input)])
        return found


def find_columns(
    table: TaskTable, scale: InputScale, nameable: Int[np.ndarray, " feature"]
) -> Columns:
    """The columns behind the inputs; the levels of one text column are one.

    Args:
        table: whose features the inputs are.
        scale: that made the inputs.
        nameable: the features whose own names may be told.
    """
    source, names = _join_levels(table)
    size = np.bincount(source)
    alone = {int(source[feature]) for feature in nameable}
    values = [
        Column(name, False, bool(size[number] > 1) or number in alone)
        for number, name in enumerate(names)
    ]
    lacks = [
        Column(names[source[feature]], True, _is_common(table, int(feature)))
        for feature in scale.flagged
    ]
    of_value = source[np.flatnonzero(scale.varies)]
    of_lack = len(values) + np.arange(len(lacks))
    return Columns((*values, *lacks), np.concatenate([of_value, of_lack]).astype(int))


def _join_levels(table: TaskTable) -> tuple[Int[np.ndarray, " feature"], list[str]]:
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


def _is_common(table: TaskTable, feature: int) -> bool:
    """Whether many training patients lack the feature, and many have it."""
    rows = table.rows(Split.TRAIN)
    lacks = np.isnan(table.features[rows, feature])
    sides = (table.patient[rows[lacks]], table.patient[rows[~lacks]])
    return all(len(np.unique(side)) >= FEWEST_SHOWN for side in sides)
