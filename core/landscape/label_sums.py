"""Moments of the labels alone: what a measure can know without any model."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from core.values import Kind, LabelSums, Task


def sum_labels(
    tasks: Sequence[Task],
    labels: Float[np.ndarray, "row task"],
    block: Int[np.ndarray, " row"],
) -> LabelSums:
    """Sums of each block over the rows that two label columns share.

    A regression enters as its rank among all its labelled rows (ties share their mean rank),
    counted from the middle one; a time to event as the rank of its excess of events; a multiclass
    task as one 0/1 column a class.
    """
    owner, columns = _columns(tasks, labels)
    known = (~np.isnan(columns)).astype(float)
    y = np.nan_to_num(columns, nan=0.0)
    n_blocks = int(block.max(initial=-1)) + 1
    parts = [np.flatnonzero(block == number) for number in range(n_blocks)]

    def by_block(
        row: Float[np.ndarray, "row column"], other: Float[np.ndarray, "row column"]
    ) -> Float[np.ndarray, "block column column"]:
        return np.stack([row[part].T @ other[part] for part in parts])

    return LabelSums(
        task=owner,
        count=by_block(known, known),
        total=by_block(y, known),
        square=by_block(y * y, known),
        product=by_block(y, y),
    )


def _columns(
    tasks: Sequence[Task], labels: Float[np.ndarray, "row task"]
) -> tuple[Int[np.ndarray, " column"], Float[np.ndarray, "row column"]]:
    owner: list[int] = []
    columns: list[np.ndarray] = []
    for number, task in enumerate(tasks):
        label = labels[:, number]
        if task.kind is Kind.MULTICLASS:
            made = [np.where(np.isnan(label), np.nan, label == k) for k in range(task.n_outputs)]
        else:
            if task.kind is Kind.TIME_TO_EVENT:
                label = excess_events(label)
            ranked = task.kind in (Kind.REGRESSION, Kind.TIME_TO_EVENT)
            made = [mean_ranks(label) if ranked else label]
        owner += [number] * len(made)
        columns += made
    return np.array(owner, dtype=int), np.stack(columns, axis=1).astype(float)


def excess_events(signed: Float[np.ndarray, " row"]) -> Float[np.ndarray, " row"]:
    """Martingale residual of each signed time: its event (0 or 1) less the Nelson–Aalen cumulative
    hazard of its time, so how much sooner the event came than for the average row."""
    times, happened = np.abs(signed), signed > 0
    order = np.sort(times[~np.isnan(times)])
    at, size = np.unique(times[happened], return_counts=True)
    hazard = np.cumsum(size / (len(order) - np.searchsorted(order, at, side="left")))
    below = np.searchsorted(at, times, side="right")
    return np.where(np.isnan(signed), np.nan, happened - np.concatenate([[0.0], hazard])[below])


def mean_ranks(values: Float[np.ndarray, " row"]) -> Float[np.ndarray, " row"]:
    """Ranks of the known values minus their mean; NaN stays NaN, ties share their mean rank."""
    known = ~np.isnan(values)
    _, place, size = np.unique(values[known], return_inverse=True, return_counts=True)
    last = np.cumsum(size)
    ranks = np.full(values.shape, np.nan)
    ranks[known] = (last - (size - 1) / 2)[place] - (known.sum() + 1) / 2
    return ranks
