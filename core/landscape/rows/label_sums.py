"""Moments of the labels alone: what a measure can know without any model."""

from collections.abc import Iterable, Sequence

import numpy as np
from jaxtyping import Float, Int

from core.values import Kind, LabelSums, Task

RANKED = (Kind.REGRESSION, Kind.TIME_TO_EVENT)


def sum_labels(
    tasks: Sequence[Task],
    parts: Iterable[tuple[Float[np.ndarray, "row task"], Int[np.ndarray, " row"]]],
    known_rows: Float[np.ndarray, "known_row task"],
    n_blocks: int,
) -> LabelSums:
    """Sums of each block over the rows that two label columns share.

    A regression enters as its rank among the labels of `known_rows` (ties share their mean rank),
    counted from the middle one; a time to event as the rank of its excess of events; a multiclass
    task as one 0/1 column a class.

    Args:
        tasks: in the order of the labels.
        parts: labels of some rows, and their blocks; read once.
        known_rows: the labels that ranks are taken among.
        n_blocks: in all parts.
    """
    owner = [k for k, task in enumerate(tasks) for _ in range(_n_columns(task))]
    sums = np.zeros((4, n_blocks, len(owner), len(owner)))
    ordered = [_ordered(task, column) for task, column in zip(tasks, known_rows.T, strict=True)]
    for labels, block in parts:
        columns = _columns(tasks, labels, known_rows, ordered)
        known = (~np.isnan(columns)).astype(float)
        y = np.nan_to_num(columns, nan=0.0)
        for number in np.unique(block):
            at = np.flatnonzero(block == number)
            _add_moments(sums[:, number], known[at], y[at])
    sums.setflags(write=False)  # so that nothing is copied
    return LabelSums(np.array(owner, dtype=int), *sums)


def _add_moments(
    sums: Float[np.ndarray, "4 column column"],
    known: Float[np.ndarray, "row column"],
    y: Float[np.ndarray, "row column"],
) -> None:
    """Add the moments of some rows of a block."""
    if known.all():  # what a column shares with another is all of it
        count, total, square = len(y), y.sum(axis=0)[:, None], (y * y).sum(axis=0)[:, None]
    else:
        count, total, square = known.T @ known, y.T @ known, (y * y).T @ known
    for whole, part in zip(sums, (count, total, square, y.T @ y), strict=True):
        whole += part


def _n_columns(task: Task) -> int:
    return task.n_outputs if task.kind is Kind.MULTICLASS else 1


def _ordered(task: Task, label: Float[np.ndarray, " row"]) -> Float[np.ndarray, " known"]:
    """The values that the ranks of a task are taken among, ascending; none where it has no rank."""
    if task.kind not in RANKED:
        return np.zeros(0)
    values = excess_events(label) if task.kind is Kind.TIME_TO_EVENT else label
    return np.sort(values[~np.isnan(values)])


def _columns(
    tasks: Sequence[Task],
    labels: Float[np.ndarray, "row task"],
    known_rows: Float[np.ndarray, "known_row task"],
    ordered: Sequence[Float[np.ndarray, " known"]],
) -> Float[np.ndarray, "row column"]:
    columns: list[np.ndarray] = []
    for number, task in enumerate(tasks):
        label = labels[:, number]
        if task.kind is Kind.MULTICLASS:
            columns += [
                np.where(np.isnan(label), np.nan, label == k) for k in range(task.n_outputs)
            ]
            continue
        if task.kind is Kind.TIME_TO_EVENT:
            label = excess_events(label, known_rows[:, number])
        columns.append(ranks_among(label, ordered[number]) if task.kind in RANKED else label)
    return np.stack(columns, axis=1).astype(float)


def excess_events(
    signed: Float[np.ndarray, " row"], known_rows: Float[np.ndarray, " known_row"] | None = None
) -> Float[np.ndarray, " row"]:
    """Martingale residual of each signed time: its event (0 or 1) less the Nelson–Aalen cumulative
    hazard of its time, so how much sooner the event came than for the average row. The hazard is
    that of `known_rows`; of these rows when None."""
    among = signed if known_rows is None else known_rows
    order = np.sort(np.abs(among[~np.isnan(among)]))
    at, size = np.unique(among[among > 0], return_counts=True)
    hazard = np.cumsum(size / (len(order) - np.searchsorted(order, at, side="left")))
    below = np.searchsorted(at, np.abs(signed), side="right")
    excess = (signed > 0) - np.concatenate([[0.0], hazard])[below]
    return np.where(np.isnan(signed), np.nan, excess)


def ranks_among(
    values: Float[np.ndarray, " row"], ordered: Float[np.ndarray, " known"]
) -> Float[np.ndarray, " row"]:
    """Where each value stands among ascending ones, counted from the middle; NaN stays NaN."""
    below = np.searchsorted(ordered, values, side="left")
    up_to = np.searchsorted(ordered, values, side="right")
    return np.where(np.isnan(values), np.nan, (below + up_to) / 2 - len(ordered) / 2)
