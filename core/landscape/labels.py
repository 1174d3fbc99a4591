"""Label columns as a loss can take them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from core.errors import TableError
from core.hazard import interval_edges, interval_of
from core.values import Kind, Task


class Labels(NamedTuple):
    """Labels of the training rows: 0 where missing, so that no loss ever sees a NaN."""

    value: Float[np.ndarray, "row task"]
    """Class code; the number of a regression in standard deviations from its mean; for a time to
    event ± (1 + its interval), negative where the row was censored in it."""
    known: Bool[np.ndarray, "row task"]


def prepare_labels(tasks: Sequence[Task], labels: Float[np.ndarray, "row task"]) -> Labels:
    """Masks of the labels, and their values with each regression standardised by these rows.

    Raises:
        TableError: an infinite label.
    """
    known = ~np.isnan(labels)
    value = np.where(known, labels, 0.0)
    for column, task in enumerate(tasks):
        n_infinite = int(np.isinf(value[:, column]).sum())
        if n_infinite:
            raise TableError(
                f"Task {task.name!r} has {n_infinite} infinite labels, so its loss is not finite; "
                "clear them or drop the task with --ignore."
            )
        if task.kind is Kind.TIME_TO_EVENT:
            value[:, column] = _intervals(labels[:, column])
        if task.kind is Kind.REGRESSION:
            value[:, column] = _standardise(value[:, column], known[:, column])
    return Labels(value, known)


def _intervals(labels: Float[np.ndarray, " row"]) -> Float[np.ndarray, " row"]:
    known = ~np.isnan(labels)
    if not known.any():
        return np.zeros(len(labels))
    interval = interval_of(labels, interval_edges(labels)) + 1.0
    return np.where(known, np.copysign(interval, labels), 0.0)


def _standardise(
    value: Float[np.ndarray, " row"], known: Bool[np.ndarray, " row"]
) -> Float[np.ndarray, " row"]:
    size = np.abs(value).max(initial=0.0)
    scaled = value / size if size > 0 else value  # squares of 1e200 stay finite
    seen = scaled[known]
    mean = seen.sum() / max(len(seen), 1)
    spread = np.sqrt(((seen - mean) ** 2).sum() / max(len(seen), 1))
    return np.where(known, (scaled - mean) / (spread if spread > 1e-12 else 1.0), 0.0)


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
