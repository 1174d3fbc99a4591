"""The nouns of streaming: a table that stays in its file, and what was learned of it beforehand.

    StreamedTable = Survey (a few rows, counts, scales: bounded) + RowStream (every row, in batches)

No array has an entry a row: split, block and draw of a row come from a hash of its patient or of
its number (`core.keys`), made again whenever the row goes by.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import numpy as np
from jaxtyping import Float, Int, UInt64

from core.frozen import Frozen
from core.inputs import InputScale
from core.keys import SPLIT, uniform
from core.values import Split, Task, TaskTable


class Batch(NamedTuple):
    """Some training rows of a streamed table, as numbers."""

    features: Float[np.ndarray, "row feature"]
    """Without columns where only labels were asked for."""
    labels: Float[np.ndarray, "row task"]
    number: Int[np.ndarray, " row"]
    """Which row of the file each is."""
    patient: UInt64[np.ndarray, " row"]
    """A hash of the patient's id, or of the row's number where there is none."""


@dataclass(frozen=True, eq=False)
class Survey(Frozen):
    """What the first passes over a file found.

    `sample` holds a few of its rows as any table has them, drawn so that every label is there;
    `weight` is how many rows each of them stands for, a power of 2. All other fields, `tasks` too,
    are of every row of the file.
    """

    tasks: tuple[Task, ...]
    sample: TaskTable
    weight: Float[np.ndarray, " sample"]
    patient: UInt64[np.ndarray, " sample"]
    """The hash of each drawn row's patient, as in `Batch`."""
    seed: int
    """Of the split and the draw."""
    n_rows: int
    n_used: int
    """Rows with a label for any task."""
    n_patients: int
    """To two digits where there are many (`core.keys.CountDistinct`)."""
    n_by_split: Int[np.ndarray, " split"]
    n_labels: Int[np.ndarray, "task split 2"]
    """Rows with the event, and all others whose label is known; a task without events has all in
    the second."""
    scale: InputScale
    """Of the features over all training rows."""
    label_unit: Float[np.ndarray, " task"]
    label_mean: Float[np.ndarray, " task"]
    label_spread: Float[np.ndarray, " task"]
    """Of the labels over all training rows: label = unit · (mean + spread · standardised)."""
    copy_of: Int[np.ndarray, " task"]
    """The first task whose training labels are the same on every row; the task itself if none."""
    has_own_samples: bool
    notes: tuple[str, ...]
    n_labelled: Int[np.ndarray, "task split 2"] | None = None
    """The same of patients, to two digits where there are many; None where a row is a patient."""
    n_patients_by_split: Int[np.ndarray, " split"] | None = None
    """Likewise."""
    n_patients_by_use: Int[np.ndarray, "2"] | None = None
    """Patients with a row that has a label for any task, and with one that has none; likewise."""

    def check(self) -> None:
        if self.weight.shape != self.sample.split.shape:
            raise ValueError(f"{len(self.weight)} weights, {len(self.sample.split)} rows drawn")

    @property
    def n_train_labels(self) -> int:
        """(Row, task) pairs with a label among the training rows."""
        return int(self.n_labels[:, Split.TRAIN.code].sum())

    def n_in(self, split: Split) -> int:
        """How many rows of the file are in a split."""
        return int(self.n_by_split[split.code])

    def fair_rows(self) -> Int[np.ndarray, " row"]:
        """Rows of the sample in which every row of the file had the same chance to be."""
        return fair_rows(self.weight)


SHARES = (0.6, 0.2, 0.2)
"""Of training, validation and test rows."""


def split_of(patient: UInt64[np.ndarray, " row"], seed: int) -> Int[np.ndarray, " row"]:
    """The `Split.code` of every row; the rows of a patient share it."""
    edges = np.cumsum(SHARES)[:-1]
    place = np.searchsorted(edges, uniform(patient, seed, SPLIT), side="right")
    return np.asarray(np.array([split.code for split in Split])[place])


def fair_rows(weight: Float[np.ndarray, " row"]) -> Int[np.ndarray, " kept"]:
    """Of rows that stand for `weight` rows each, as many as stand for the same number; those of the
    largest weight all stay (systematic sampling, so the draw is as even as can be)."""
    passed = np.floor(np.cumsum(weight / weight.max(initial=1.0)) + 1e-9)
    return np.flatnonzero(np.diff(passed, prepend=0.0) > 0)


def even_copies(weight: Float[np.ndarray, " row"], n_most: int) -> Int[np.ndarray, " copy"]:
    """Row numbers, each about as often as its weight says, `n_most` in all; each row once where
    all weights are alike."""
    if len(weight) == 0 or weight.min() == weight.max():
        return np.arange(len(weight))
    at = (np.arange(n_most) + 0.5) / n_most * weight.sum()
    return np.asarray(np.minimum(np.searchsorted(np.cumsum(weight), at), len(weight) - 1))


class RowStream(Protocol):
    """Reads every training row of a file, from the first to the last, as often as asked."""

    def batches(self, with_features: bool = True) -> Iterator[Batch]:
        """The training rows in the order of the file."""


@dataclass(frozen=True, eq=False)
class StreamedTable:
    """A table of any size: what the stages need of it is in `survey`, the rest stays on disk."""

    survey: Survey
    stream: RowStream

    @property
    def tasks(self) -> tuple[Task, ...]:
        return self.survey.tasks

    @property
    def sample(self) -> TaskTable:
        """A few rows, for the stages that look at single rows."""
        return self.survey.sample

    @property
    def fair_sample(self) -> TaskTable:
        """The part of the sample in which every row of the file had the same chance to be."""
        rows, sample = self.survey.fair_rows(), self.sample
        if len(rows) == len(sample.split):
            return sample
        return replace(
            sample,
            features=sample.features[rows],
            labels=sample.labels[rows],
            split=sample.split[rows],
            patient=sample.patient[rows],
        )

    @property
    def has_own_samples(self) -> bool:
        return self.survey.has_own_samples

    @property
    def fingerprint(self) -> str:
        return self.survey.fingerprint
