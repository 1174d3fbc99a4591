"""Two tasks side by side: how often each label of one meets each label of the other."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from core.frozen import Frozen
from core.values import Kind, Split, TaskTable

THIRDS = ("low", "middle", "high")
OUTCOMES = ("no event", "event")


@dataclass(frozen=True, eq=False)
class LabelTable(Frozen):
    """Counts of training rows by both labels. A regression is cut into thirds; a time to event
    tells whether the event was seen, whenever that was."""

    source_classes: tuple[str, ...]
    target_classes: tuple[str, ...]
    counts: Int[np.ndarray, "source_class target_class"]

    @property
    def n_shared(self) -> int:
        """Training rows labelled for both tasks."""
        return int(self.counts.sum())


def count_labels(table: TaskTable, source: int, target: int) -> LabelTable:
    """The contingency table of two tasks on the training rows that carry both labels."""
    labels = table.labels[table.rows(Split.TRAIN)][:, [source, target]]
    both = labels[~np.isnan(labels).any(axis=1)]
    rows, source_classes = _classes(table, source, both[:, 0])
    columns, target_classes = _classes(table, target, both[:, 1])
    counts = np.zeros((len(source_classes), len(target_classes)), dtype=np.int64)
    np.add.at(counts, (rows, columns), 1)
    return LabelTable(source_classes, target_classes, counts)


def _classes(
    table: TaskTable, task: int, labels: Float[np.ndarray, " row"]
) -> tuple[Int[np.ndarray, " row"], tuple[str, ...]]:
    kind = table.tasks[task].kind
    if kind is Kind.TIME_TO_EVENT:
        return (labels > 0).astype(np.int64), OUTCOMES
    if kind is not Kind.REGRESSION:
        return labels.astype(np.int64), table.tasks[task].classes
    cuts = np.quantile(labels, [1 / 3, 2 / 3]) if len(labels) else np.zeros(2)
    return np.searchsorted(cuts, labels, side="right"), THIRDS
