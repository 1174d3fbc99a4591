"""Label columns as a loss can take them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from core.finite_labels import stop_at_infinite
from core.hazard import interval_edges, interval_of
from core.values import Kind, Task


class Labels(NamedTuple):
    """Labels of the training rows: 0 where missing, so that no loss ever sees a NaN."""

    value: Float[np.ndarray, "row task"]
    """Class code; the number of a regression in standard deviations from its mean; for a time to
    event ± (1 + its interval), negative where the row was censored in it."""
    known: Bool[np.ndarray, "row task"]

    def of(self, tasks: Int[np.ndarray, " task"]) -> "Labels":
        """The labels of some tasks."""
        return Labels(self.value[:, tasks], self.known[:, tasks])


class CountedLabels(NamedTuple):
    """Every value that `Labels` have once, and how many rows have it."""

    value: Float[np.ndarray, "value task"]
    known: Bool[np.ndarray, "value task"]
    n_rows: Float[np.ndarray, "value task"]

    def of(self, tasks: Int[np.ndarray, " task"]) -> "CountedLabels":
        """The labels of some tasks."""
        return CountedLabels(*(part[:, tasks] for part in self))


class LabelScale(NamedTuple):
    """What is learned of the labels before any is used: value = (label / unit − mean) / spread for
    a regression, the inner edges of the intervals for a time to event."""

    unit: Float[np.ndarray, " task"]
    mean: Float[np.ndarray, " task"]
    spread: Float[np.ndarray, " task"]
    edges: tuple[Float[np.ndarray, " edge"], ...]


def fit_labels(tasks: Sequence[Task], labels: Float[np.ndarray, "row task"]) -> LabelScale:
    """The scale of the labels that are known and finite."""
    moments = np.zeros((3, len(tasks)))
    for column, task in enumerate(tasks):
        known = labels[np.isfinite(labels[:, column]), column]
        moments[:, column] = _moments(known) if task.kind is Kind.REGRESSION else (1, 0, 1)
    unit, mean, spread = moments
    return LabelScale(unit, mean, spread, fit_edges(tasks, labels))


def fit_edges(
    tasks: Sequence[Task], labels: Float[np.ndarray, "row task"]
) -> tuple[Float[np.ndarray, " edge"], ...]:
    """The inner edges of each time to event; none for other tasks, or without a label."""
    return tuple(
        interval_edges(column)
        if task.kind is Kind.TIME_TO_EVENT and not np.isnan(column).all()
        else np.zeros(0)
        for task, column in zip(tasks, labels.T, strict=True)
    )


def prepare_labels(
    tasks: Sequence[Task],
    labels: Float[np.ndarray, "row task"],
    scale: LabelScale | None = None,
) -> Labels:
    """Masks of the labels, and their values with each regression standardised: by `scale`, by these
    rows when None.

    Raises:
        TableError: an infinite label.
    """
    known = ~np.isnan(labels)
    value = np.where(known, labels, 0.0)
    stop_at_infinite([task.name for task in tasks], value)
    scale = fit_labels(tasks, labels) if scale is None else scale
    for column, task in enumerate(tasks):
        if task.kind is Kind.TIME_TO_EVENT:
            interval = interval_of(labels[:, column], scale.edges[column]) + 1.0
            signed = np.copysign(interval, labels[:, column])
            value[:, column] = np.where(known[:, column], signed, 0.0)
        if task.kind is Kind.REGRESSION:
            unit, mean, spread = (part[column] for part in scale[:3])
            scaled = (value[:, column] / unit - mean) / spread
            value[:, column] = np.where(known[:, column], scaled, 0.0)
    return Labels(value, known)


def _moments(known: Float[np.ndarray, " row"]) -> tuple[float, float, float]:
    """Unit (the largest size), mean and standard deviation in it; spread 1 where there is none."""
    size = float(np.abs(known).max(initial=0.0))
    unit = size if size > 0 else 1.0
    scaled = known / unit  # squares of 1e200 stay finite
    mean = float(scaled.sum() / max(len(scaled), 1))
    spread = float(np.sqrt(((scaled - mean) ** 2).sum() / max(len(scaled), 1)))
    return unit, mean, spread if spread > 1e-12 else 1.0


class Distinct(NamedTuple):
    """Tasks without their copies: a copy is measured once, so its distance is exactly 0."""

    first: Int[np.ndarray, " distinct"]
    """The task that stands for each distinct one."""
    number: Int[np.ndarray, " task"]
    """Which distinct task each task is."""


def find_distinct(tasks: Sequence[Task], labels: Labels) -> Distinct:
    """Tasks of one kind whose labels agree on every row, missing ones included, are one."""
    seen: dict[tuple[Kind, int, bytes, bytes], int] = {}
    number = [
        seen.setdefault(
            (
                task.kind,
                task.n_outputs,
                labels.value[:, column].tobytes(),
                labels.known[:, column].tobytes(),
            ),
            len(seen),
        )
        for column, task in enumerate(tasks)
    ]
    first = [number.index(distinct) for distinct in range(len(seen))]
    return Distinct(np.array(first, dtype=int), np.array(number, dtype=int))
