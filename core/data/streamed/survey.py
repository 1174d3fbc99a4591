"""What all rows of a file together say, in one pass; nothing of it grows with the rows."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int, UInt64

from core.data.mends import mend_columns
from core.data.streamed.coder import TableCoder, number_patients
from core.data.streamed.draw import Drawn
from core.data.streamed.labelled import LabelledPatients
from core.data.streamed.parquet import ParquetRows
from core.data.targets import mean_of
from core.finite_labels import stop_at_infinite
from core.inputs import ScaleLearner
from core.keys import ColumnHash, CountDistinct
from core.moments import Moments
from core.streamed import Survey, split_of
from core.values import Kind, Split, Task, TaskTable

if TYPE_CHECKING:
    import pandas as pd


def survey_rows(
    rows: ParquetRows,
    coder: TableCoder,
    drawn: Drawn,
    mends: Mapping[str, str],
    seed: int,
    notes: tuple[str, ...],
) -> Survey:
    """Count and scale every row; the sample becomes a table of its own.

    Raises:
        TableError: an infinite value, a class that the sample does not hold, a damaged file.
    """
    learner = _Learner(coder)
    for number, frame in frames(rows, coder.columns, mends):
        patient = coder.hash_patients(frame, number)
        features, labels = coder.code_features(frame), coder.code_labels(frame)
        learner.add(features, labels, split_of(patient, seed), patient)
    patient = coder.hash_patients(drawn.frame, drawn.number)
    first = learner.copies()
    return Survey(
        tasks=learner.tasks(),
        sample=_sample(drawn.frame, patient, coder, seed),
        weight=drawn.weight,
        patient=patient,
        seed=seed,
        n_rows=rows.n_rows,
        n_used=learner.n_used,
        n_patients=rows.n_rows if coder.patient is None else learner.patients.count(),
        n_by_split=learner.n_by_split,
        n_labels=learner.n_labels,
        scale=learner.features.scale(),
        label_unit=learner.train_labels.unit,
        label_mean=learner.train_labels.mean,
        label_spread=_usable_spread(learner.train_labels.spread),
        copy_of=first,
        has_own_samples=len(coder.targets) > 1 and not learner.shares_rows,
        notes=notes,
        **learner.of_patients(),
    )


class FrameOf(NamedTuple):
    """A batch as a frame, mended, and which rows of the file it holds."""

    number: Int[np.ndarray, " row"]
    frame: "pd.DataFrame"


def frames(
    rows: ParquetRows, columns: tuple[str, ...], mends: Mapping[str, str]
) -> Iterator[FrameOf]:
    """Every row in order."""
    from core.data.reading import to_pandas

    wanted = {name: how for name, how in mends.items() if name in columns}
    for number, table in rows.batches(columns):
        yield FrameOf(number, mend_columns(to_pandas(table), wanted))


class _Learner:
    """Counts and scales, batch by batch."""

    def __init__(self, coder: TableCoder) -> None:
        self.targets = coder.targets
        self.features = ScaleLearner(len(coder.feature_names))
        self.labels, self.train_labels = Moments(len(self.targets)), Moments(len(self.targets))
        self.hash = ColumnHash(len(self.targets))
        self.n_by_split = np.zeros(len(Split), dtype=np.int64)
        self.n_labels = np.zeros((len(self.targets), len(Split), 2), dtype=np.int64)
        self.n_used = 0
        self.patients = CountDistinct()
        self.labelled = None if coder.patient is None else LabelledPatients(len(self.targets))
        self.shares_rows = False

    def add(
        self,
        features: Float[np.ndarray, "row feature"],
        labels: Float[np.ndarray, "row task"],
        split: Int[np.ndarray, " row"],
        patient: UInt64[np.ndarray, " row"],
    ) -> None:
        stop_at_infinite([code.name for code in self.targets], labels)
        self._count(labels, split, patient)
        self.patients.add(patient)
        train = split == Split.TRAIN.code
        self.n_by_split += np.bincount(split, minlength=len(Split))
        self.features.add(features[train])
        self.labels.add(self._counted(labels))
        self.train_labels.add(labels[train])
        self.hash.add(_bits(labels[train]))

    def _count(
        self,
        labels: Float[np.ndarray, "row task"],
        split: Int[np.ndarray, " row"],
        patient: UInt64[np.ndarray, " row"],
    ) -> None:
        known = ~np.isnan(labels)
        n_known = known.sum(axis=1)
        self.n_used += int((n_known > 0).sum())
        self.shares_rows |= bool((n_known > 1).any())
        has_event = [code.kind in (Kind.BINARY, Kind.TIME_TO_EVENT) for code in self.targets]
        event = (labels > 0) & np.array(has_event)
        for part in Split:
            rows = split == part.code
            self.n_labels[:, part.code, 0] += event[rows].sum(axis=0)
            self.n_labels[:, part.code, 1] += (known & ~event)[rows].sum(axis=0)
        if self.labelled is not None:
            self.labelled.add(event, known, split, patient)

    def tasks(self) -> tuple[Task, ...]:
        """The tasks, counting every row."""
        mean = np.where(self.labels.count > 0, self.labels.unit * self.labels.mean, np.nan)
        return tuple(
            code.describe(int(n), float(value))
            for code, n, value in zip(self.targets, self.labels.count, mean, strict=True)
        )

    def of_patients(self) -> dict[str, Int[np.ndarray, "*count"]]:
        """The counts of a survey that are of patients; none where a row is a patient."""
        counted = self.labelled
        if counted is None:
            return {}
        return {
            "n_labelled": counted.count(),
            "n_patients_by_split": counted.by_split(),
            "n_patients_by_use": counted.by_use(),
        }

    def copies(self) -> Int[np.ndarray, " task"]:
        """The first task with the same labels on every training row."""
        kinds = [(code.kind, len(code.classes)) for code in self.targets]
        seen: dict[tuple[object, int], int] = {}
        words = zip(kinds, self.hash.word.tolist(), strict=True)
        return np.array([seen.setdefault(key, place) for place, key in enumerate(words)])

    def _counted(self, labels: Float[np.ndarray, "row task"]) -> Float[np.ndarray, "row task"]:
        """Labels such that their mean is that of the task: events of a time to event."""
        is_time = np.array([code.kind is Kind.TIME_TO_EVENT for code in self.targets])
        return np.where(is_time & ~np.isnan(labels), labels > 0, labels)


def _bits(labels: Float[np.ndarray, "row task"]) -> UInt64[np.ndarray, "row task"]:
    """The labels as words; every missing one is the same."""
    values = np.where(np.isnan(labels), np.nan, labels + 0.0).astype(np.float64)
    return np.ascontiguousarray(values).view(np.uint64)


def _usable_spread(spread: Float[np.ndarray, " task"]) -> Float[np.ndarray, " task"]:
    constant: Bool[np.ndarray, " task"] = spread <= 1e-12
    return np.where(constant, 1.0, spread)


def _sample(
    frame: "pd.DataFrame", patient: UInt64[np.ndarray, " row"], coder: TableCoder, seed: int
) -> TaskTable:
    """The drawn rows as a table; its tasks count these rows only."""
    labels = coder.code_labels(frame)
    return TaskTable(
        feature_names=coder.feature_names,
        features=coder.code_features(frame),
        tasks=tuple(
            code.describe(int(np.isfinite(column).sum()), mean_of(code.kind, column))
            for code, column in zip(coder.targets, labels.T, strict=True)
        ),
        labels=labels,
        split=split_of(patient, seed),
        patient=number_patients(patient),
    )
