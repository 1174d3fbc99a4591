"""The training rows of a file, as often as asked, a batch at a time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from core.data.streamed.coder import TableCoder
from core.data.streamed.parquet import ParquetRows
from core.data.streamed.survey import frames
from core.streamed import Batch, split_of
from core.values import Split

ROWS = 1 << 13
"""Training rows that are handed on together, at least: few rows would fill no block (ours)."""


@dataclass(frozen=True)
class ParquetStream:
    """Reads, codes and splits; see `core.streamed.RowStream`."""

    rows: ParquetRows
    coder: TableCoder
    seed: int
    mends: Mapping[str, str] = field(default_factory=dict)

    def batches(self, with_features: bool = True) -> Iterator[Batch]:
        """The training rows in the order of the file."""
        columns = self.coder.columns if with_features else self.coder.label_columns
        waiting: list[Batch] = []
        for number, frame in frames(self.rows, columns, self.mends):
            patient = self.coder.hash_patients(frame, number)
            train = np.flatnonzero(split_of(patient, self.seed) == Split.TRAIN.code)
            features = (
                self.coder.code_features(frame) if with_features else np.zeros((len(frame), 0))
            )
            labels = self.coder.code_labels(frame)
            waiting.append(Batch(features[train], labels[train], number[train], patient[train]))
            if sum(len(batch.number) for batch in waiting) >= ROWS:
                yield _joined(waiting)
                waiting = []
        if sum(len(batch.number) for batch in waiting):
            yield _joined(waiting)


def _joined(batches: list[Batch]) -> Batch:
    return Batch(*(np.concatenate(parts) for parts in zip(*batches, strict=True)))
