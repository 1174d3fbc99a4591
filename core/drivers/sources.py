"""From the inputs of a model back to the columns that people know."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from core.data.levels import join_levels
from core.fewest import FEWEST_SHOWN
from core.inputs import InputScale
from core.values import Split, TaskTable


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
    source, names = join_levels(table)
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


def _is_common(table: TaskTable, feature: int) -> bool:
    """Whether many training patients lack the feature, and many have it."""
    rows = table.rows(Split.TRAIN)
    lacks = np.isnan(table.features[rows, feature])
    sides = (table.patient[rows[lacks]], table.patient[rows[~lacks]])
    return all(len(np.unique(side)) >= FEWEST_SHOWN for side in sides)
