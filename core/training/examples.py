"""What networks are trained on: inputs and labels as a loss can take them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Float32, Int

from core.convolutions.canvas import Layout
from core.errors import TableError
from core.finite_labels import stop_at_infinite
from core.frozen import Frozen
from core.inputs import apply_scale, fit_scale
from core.training.times import constant_times, find_edges
from core.values import Kind, Split, Task, TaskTable

_SMALLEST = 1e-12
"""Spreads and losses below this count as none."""


@dataclass(frozen=True, eq=False)
class Examples(Frozen):
    """Rows of one table, ready for a network.

    `labels` are 0 where missing (so that no loss ever sees a NaN), class codes, or regressions
    standardised by the training rows: value = centre + scale · label; a time to event stays the
    signed time. `constant_loss` is the loss of the constant predictor of the training labels
    (entropy of the base rates, half the variance, mean loss of the base hazards); every loss is
    divided by it, so that kinds mix. It is 1 where that loss is 0.
    `own_samples`: every row has at most one label, so the tasks are stacked tables of their own.
    """

    tasks: tuple[Task, ...]
    inputs: Float32[np.ndarray, "sample input"]
    labels: Float[np.ndarray, "sample task"]
    known: Bool[np.ndarray, "sample task"]
    split: Int[np.ndarray, " sample"]
    patient: Int[np.ndarray, " sample"]
    centre: Float[np.ndarray, " task"]
    scale: Float[np.ndarray, " task"]
    constant_loss: Float[np.ndarray, " task"]
    own_samples: bool
    edges: tuple[Float[np.ndarray, " edge"], ...]
    """Of the intervals of each time to event; none for other kinds."""
    layout: Layout
    """Where the inputs stand in images or series."""

    def check(self) -> None:
        shape = (len(self.inputs), len(self.tasks))
        if self.labels.shape != shape or self.known.shape != shape:
            raise ValueError(f"labels {self.labels.shape}, known {self.known.shape}: not {shape}")
        if not np.isfinite(self.labels).all():
            raise ValueError("labels must be finite; a missing one is 0 and not known")

    @property
    def n_features(self) -> int:
        """Of the table that the inputs came from."""
        return len(self.layout.scale.varies)

    def seen(self, task: int, split: Split | None = None) -> Float[np.ndarray, " row"]:
        """The labels of one task, NaN where missing, of one split or of every row."""
        rows = slice(None) if split is None else self.rows(split)
        return np.asarray(np.where(self.known[rows, task], self.labels[rows, task], np.nan))

    def rows(self, split: Split) -> Int[np.ndarray, " row"]:
        """The numbers of the rows of one split, ascending."""
        return np.flatnonzero(self.split == split.code)


def to_examples(table: TaskTable) -> Examples:
    """The inputs and labels of a table, standardised by its training rows.

    Raises:
        TableError: no row to train on, or an infinite label.
    """
    train = table.rows(Split.TRAIN)
    known = ~np.isnan(table.labels)
    if not known[train].any():
        raise TableError("No training row has a label, so nothing can be trained; add labels.")
    labels = np.where(known, table.labels, 0.0)
    stop_at_infinite(table.task_names, labels)
    centre, scale = np.zeros(len(table.tasks)), np.ones(len(table.tasks))
    for place, task in enumerate(table.tasks):
        if task.kind is Kind.REGRESSION:
            seen = labels[train, place][known[train, place]]
            centre[place], scale[place] = _centre_and_spread(seen)
    labels = np.where(known, (labels - centre) / scale, 0.0)
    edges = _edges(table.tasks, np.where(known, labels, np.nan)[train], table.patient[train])
    standard = fit_scale(table)
    inputs = apply_scale(standard, table.features)
    return Examples(
        tasks=table.tasks,
        inputs=inputs,
        labels=labels,
        known=known,
        split=table.split,
        patient=table.patient,
        centre=centre,
        scale=scale,
        constant_loss=_constant_losses(table.tasks, labels[train], known[train], edges),
        own_samples=bool(len(table.tasks) > 1 and known.sum(axis=1).max() <= 1),
        edges=edges,
        layout=Layout(standard, table.feature_shape, inputs.shape[1]),
    )


class _Moments(NamedTuple):
    centre: float
    spread: float


def _centre_and_spread(seen: Float[np.ndarray, " row"]) -> _Moments:
    """Mean and standard deviation; squares of 1e200 stay finite; spread 1 where there is none."""
    size = float(np.abs(seen).max(initial=0.0))
    unit = size if size > 0 else 1.0
    scaled = seen / unit
    mean = float(scaled.mean()) if len(seen) else 0.0
    spread = float(scaled.std()) if len(seen) else 0.0
    return _Moments(mean * unit, spread * unit if spread > _SMALLEST else 1.0)


def _edges(
    tasks: Sequence[Task],
    labels: Float[np.ndarray, "row task"],
    patient: Int[np.ndarray, " row"],
) -> tuple[Float[np.ndarray, " edge"], ...]:
    return tuple(
        find_edges(times, patient) if task.kind is Kind.TIME_TO_EVENT else np.zeros(0)
        for task, times in zip(tasks, labels.T, strict=True)
    )


def _constant_losses(
    tasks: Sequence[Task],
    labels: Float[np.ndarray, "row task"],
    known: Bool[np.ndarray, "row task"],
    edges: Sequence[Float[np.ndarray, " edge"]],
) -> Float[np.ndarray, " task"]:
    losses = np.ones(len(tasks))
    for place, task in enumerate(tasks):
        seen = labels[known[:, place], place]
        if task.kind is Kind.REGRESSION:
            loss = 0.5 * float(seen.var()) if len(seen) else 0.0
        elif task.kind is Kind.TIME_TO_EVENT:
            loss = constant_times(seen, edges[place])[1]
        else:
            share = np.bincount(seen.astype(np.int64)) / max(len(seen), 1)
            loss = float(-(share[share > 0] * np.log(share[share > 0])).sum())
        losses[place] = loss if loss > _SMALLEST else 1.0
    return losses
