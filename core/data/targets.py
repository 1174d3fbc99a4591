"""A target column becomes labels; how is kept, so that every part of a table is coded alike."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from core.data.columns import Holds, as_levels, as_numbers, what_holds
from core.data.names import quoted
from core.data.roles import Roles
from core.data.survival import HAPPENED, event_levels, signed_times
from core.errors import TableError
from core.frozen import Frozen
from core.values import Kind, Task

if TYPE_CHECKING:
    import pandas as pd


LARGE = 1e290
"""Sums of larger numbers may not be finite, so their mean is taken in units of the largest."""


@dataclass(frozen=True, eq=False)
class TargetCode(Frozen):
    """The code of one target: of a class task its texts or its numbers in the order of the label
    codes; of a time to event the column of its event and the two texts there, if it has texts."""

    name: str
    kind: Kind
    texts: tuple[str, ...]
    numbers: Float[np.ndarray, " class"]
    event: str
    event_texts: tuple[str, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the label codes 0, 1, …; none of a number or a time."""
        return self.texts or tuple(f"{value:.15g}" for value in self.numbers)

    def __call__(self, frame: "pd.DataFrame") -> Float[np.ndarray, " sample"]:
        """The labels of a frame, NaN where missing.

        Raises:
            TableError: a class that was not there when the code was made, or a time that cannot be.
        """
        column = frame[self.name]
        if self.kind is Kind.TIME_TO_EVENT:
            events = frame[self.event]
            return signed_times(self.name, column, self.event, events, self.event_texts)
        if self.kind is Kind.REGRESSION:
            return as_numbers(column)
        return self._classes_of_texts(column) if self.texts else self._classes_of_numbers(column)

    def _classes_of_texts(self, column: "pd.Series") -> Float[np.ndarray, " sample"]:
        codes, found = as_levels(column)
        known = {text: code for code, text in enumerate(self.texts)}
        self._stop_at_new([text for text in found if text not in known])
        place = np.array([float(known[text]) for text in found] + [np.nan])
        return np.asarray(place[codes])

    def _classes_of_numbers(self, column: "pd.Series") -> Float[np.ndarray, " sample"]:
        values = as_numbers(column)
        known, place = np.isfinite(values), np.searchsorted(self.numbers, values)
        is_new = known & (np.append(self.numbers, np.nan)[place] != values)
        self._stop_at_new([f"{value:g}" for value in values[is_new]])
        return np.where(known, place, values)

    def _stop_at_new(self, new: list[str]) -> None:
        if new:
            raise TableError(
                f"Target column {quoted(self.name)} has the class {quoted(new[0])}, which is not "
                "among the rows that its classes were read from. Check the column."
            )

    def describe(self, n_labelled: int, mean: float) -> Task:
        """The task, from counts of its labels: `mean` as in `Task`."""
        mean = float("nan") if self.kind is Kind.MULTICLASS else mean
        return Task(self.name, self.kind, n_labelled, mean, self.classes)


def fit_target(frame: "pd.DataFrame", name: str, roles: Roles) -> TargetCode:
    """The code of a target from all its values, or from rows that hold each of its classes."""
    column, kind = frame[name], roles.kind(name)
    texts: tuple[str, ...] = ()
    numbers = np.zeros(0)
    event = roles.event(name) if kind is Kind.TIME_TO_EVENT else ""
    if kind in (Kind.BINARY, Kind.MULTICLASS):
        if what_holds(column) is Holds.TEXT:
            texts = as_levels(column)[1]
            if kind is Kind.BINARY and len(texts) == 2 and texts[0].lower() in HAPPENED:
                texts = texts[::-1]
        else:
            numbers = _distinct(as_numbers(column))
    event_texts = event_levels(frame[event]) if event else ()
    return TargetCode(name, kind, texts, numbers, event, event_texts)


def _distinct(values: Float[np.ndarray, " sample"]) -> Float[np.ndarray, " class"]:
    """The distinct finite numbers in ascending order; a lone 1 counts as positive."""
    distinct = np.unique(values[np.isfinite(values)])
    if len(distinct) == 1 and distinct[0] == 1:
        return np.array([0.0, 1.0])
    return distinct


def mean_of(kind: Kind, labels: Float[np.ndarray, " sample"]) -> float:
    """What `Task.mean` says of these labels: of a time to event the share of events."""
    known = labels[np.isfinite(labels)]
    if not len(known):
        return float("nan")
    if kind is Kind.TIME_TO_EVENT:
        return float((known > 0).mean())
    size = float(np.abs(known).max())
    unit = size if size > LARGE else 1.0
    return float((known / unit).mean() * unit)
