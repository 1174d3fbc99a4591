"""What the starts are measured on: rows at hand, and every row, a part at a time.

Of a table in memory both are all training rows. Of a streamed table those at hand are its sample,
each with a weight, and serve whatever looks at single rows (mean displacements, points, where
probes begin); the sums, and what probes learn in the end, go over every row as it passes by.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Float, Float32, Int

from core.convolutions.canvas import Layout
from core.errors import TableError
from core.inputs import InputScale, apply_scale, fit_scale
from core.keys import block_of
from core.landscape.rows.blocks import assign_blocks
from core.landscape.rows.label_counts import LabelCounts
from core.landscape.rows.label_sums import sum_labels
from core.landscape.rows.labels import (
    CountedLabels,
    Distinct,
    Labels,
    LabelScale,
    find_distinct,
    fit_edges,
    prepare_labels,
)
from core.landscape.rows.pieces import Rows, Supply, arrange_rows
from core.streamed import Batch, StreamedTable, even_copies
from core.values import LabelSums, Split, Task, TaskTable

if TYPE_CHECKING:
    import torch

MOST_COPIES = 20_000
"""Rows that quantiles of a weighted sample are taken from."""


class Inputs(NamedTuple):
    """What a model is fed of the training rows of a table in memory, whatever their labels."""

    scale: InputScale
    x: Float32[np.ndarray, "row input"]


class Part(NamedTuple):
    """Some training rows."""

    x: Float32[np.ndarray, "row input"]
    raw: Float[np.ndarray, "row task"]
    """Labels as the table has them."""
    labels: Labels
    block: Int[np.ndarray, " row"]
    number: Int[np.ndarray, " row"]
    """Which row of the table each is."""
    patient: Int[np.ndarray, " row"]
    """Whose each is, by any number."""


@dataclass(frozen=True, eq=False)
class Material:
    """Training rows, with what was learned of all of them."""

    tasks: tuple[Task, ...]
    has_own_samples: bool
    distinct: Distinct
    n_blocks: int
    n_rows: int
    """Training rows in all."""
    n_points: int
    """(Row, task) pairs with a label in all."""
    layout: Layout
    at_hand: Part
    weight: Float[np.ndarray, " row"]
    """How many rows each one at hand stands for."""
    parts: Callable[[], Iterator[Part]]
    label_sums: Callable[[], LabelSums]
    label_counts: Callable[[], Labels | CountedLabels]
    """Every label of all rows with how often it occurs, or the labels of all rows."""
    notes: tuple[str, ...] = ()

    @property
    def own_tasks(self) -> list[Task]:
        """The distinct tasks."""
        return [self.tasks[first] for first in self.distinct.first]

    @property
    def own_labels(self) -> Labels:
        """Of the rows at hand and the distinct tasks, where each row counts as one."""
        return own_labels(self.at_hand, self.distinct)

    def fair_labels(self) -> Labels:
        """The same with rows as frequent as in the table, for base rates of the rows at hand."""
        copies = even_copies(self.weight, MOST_COPIES)
        return Labels(*(part[copies] for part in self.own_labels))

    def own_counts(self) -> Labels | CountedLabels:
        """How often the labels of the distinct tasks occur, for base rates of all rows."""
        return self.label_counts().of(self.distinct.first)

    def arrange(
        self, part: Part, device: "torch.device", one_output: bool, weight: np.ndarray | None = None
    ) -> Rows:
        """A part as the closed form takes it; those at hand with their own weights."""
        weight = self.weight if weight is None and part is self.at_hand else weight
        labels = own_labels(part, self.distinct)
        told = (weight, self.n_blocks, part.number, part.patient)
        return arrange_rows(part.x, labels, part.block, device, one_output, *told)

    def every(self, device: "torch.device", one_output: bool) -> Supply:
        """All rows, arranged part by part."""
        return Supply(
            self.n_rows,
            lambda: (self.arrange(part, device, one_output) for part in self.parts()),
        )

    def beyond(self, device: "torch.device") -> Supply | None:
        """The same where some rows are not at hand; None where all are."""
        return None if len(self.weight) == self.n_rows else self.every(device, one_output=False)


def own_labels(part: Part, distinct: Distinct) -> Labels:
    """The labels of the distinct tasks."""
    return part.labels.of(distinct.first)


def prepare_inputs(table: TaskTable) -> Inputs:
    """Made once where the same rows are measured with other labels again and again."""
    scale = fit_scale(table)
    return Inputs(scale, _usable(apply_scale(scale, table.features[table.rows(Split.TRAIN)])))


def from_table(
    table: TaskTable, n_blocks: int, seed: int, inputs: Inputs | None = None
) -> Material:
    """The training rows of a table in memory; `inputs` are its own, where they were made before."""
    rows = table.rows(Split.TRAIN)
    scale, x = inputs or prepare_inputs(table)
    raw = table.labels[rows]
    labels = prepare_labels(table.tasks, raw)
    block = assign_blocks(table.patient[rows], n_blocks, seed)
    at_hand = Part(x, raw, labels, block, rows, table.patient[rows])
    n_blocks = int(block.max()) + 1
    return Material(
        tasks=table.tasks,
        has_own_samples=table.has_own_samples,
        distinct=find_distinct(table.tasks, labels),
        n_blocks=n_blocks,
        n_rows=len(rows),
        n_points=int(labels.known.sum()),
        layout=Layout(scale, table.feature_shape, x.shape[1]),
        at_hand=at_hand,
        weight=np.ones(len(rows)),
        parts=lambda: iter((at_hand,)),
        label_sums=lambda: sum_labels(table.tasks, ((raw, block),), raw, n_blocks),
        label_counts=lambda: labels,
    )


def from_stream(table: StreamedTable, n_blocks: int, seed: int) -> Material:
    """The training rows of a streamed table: its sample at hand, and all of them batch by batch."""
    survey, sample = table.survey, table.sample
    rows = sample.rows(Split.TRAIN)
    raw = sample.labels[rows]
    copies = even_copies(survey.weight[rows], MOST_COPIES)
    scale = LabelScale(
        survey.label_unit,
        survey.label_mean,
        survey.label_spread,
        fit_edges(table.tasks, raw[copies]),
    )

    def part(batch: Batch) -> Part:
        x = apply_scale(survey.scale, batch.features)
        labels = prepare_labels(table.tasks, batch.labels, scale)
        block = block_of(batch.patient, n_blocks, seed)
        patient = batch.patient.view(np.int64)
        return Part(x, batch.labels, labels, block, batch.number, patient)

    @cache
    def of_labels() -> tuple[LabelSums, CountedLabels]:
        """One pass over the labels."""
        counts = LabelCounts(table.tasks)

        def parts() -> Iterator[tuple[np.ndarray, np.ndarray]]:
            for batch in table.stream.batches(with_features=False):
                counts.add(prepare_labels(table.tasks, batch.labels, scale))
                yield batch.labels, block_of(batch.patient, n_blocks, seed)

        sums = sum_labels(table.tasks, parts(), raw[copies], n_blocks)
        return sums, counts.labels()

    at_hand = part(Batch(sample.features[rows], raw, rows, survey.patient[rows]))
    _usable(at_hand.x)
    return Material(
        tasks=table.tasks,
        has_own_samples=table.has_own_samples,
        distinct=_copies(survey.copy_of),
        n_blocks=n_blocks,
        n_rows=survey.n_in(Split.TRAIN),
        n_points=survey.n_train_labels,
        layout=Layout(survey.scale, sample.feature_shape, at_hand.x.shape[1]),
        at_hand=at_hand,
        weight=survey.weight[rows],
        parts=lambda: (part(batch) for batch in table.stream.batches()),
        label_sums=lambda: of_labels()[0],
        label_counts=lambda: of_labels()[1],
        notes=survey.notes,
    )


def _copies(copy_of: Sequence[int] | np.ndarray) -> Distinct:
    first, number = np.unique(np.asarray(copy_of, dtype=int), return_inverse=True)
    return Distinct(first, number)


def _usable(x: Float32[np.ndarray, "row input"]) -> Float32[np.ndarray, "row input"]:
    if len(x) == 0:
        raise TableError("The table has no training rows; add rows or mark some as training.")
    if x.shape[1] == 0:
        raise TableError("No feature varies over the training rows; add feature columns.")
    return x
