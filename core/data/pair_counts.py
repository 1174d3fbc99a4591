"""How many training records have each pair of labels of two tasks, and where they are of few."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from core.fewest import FEWEST_SHOWN
from core.values import Kind, Split, Task, TaskTable

ROWS_AT_ONCE = 1 << 16
"""Records that are counted as numbers at a time."""


class PairCounts(NamedTuple):
    """Records by the labels (0, 1) of two binary tasks, NaN for other kinds; and which counts are
    records of fewer than 11 patients, if of any.

    `few_classes` tells so of two tasks of which one at least has several classes: whether any class
    meets any label of the other task in such a count.
    """

    counts: Float[np.ndarray, "source target 2 2"]
    few: Bool[np.ndarray, "source target 2 2"]
    few_classes: Bool[np.ndarray, "source target"]

    @property
    def tell_of_few(self) -> Bool[np.ndarray, "source target"]:
        """Pairs of tasks of which any two labels meet in records of so few patients."""
        found = np.any(self.few, axis=(2, 3)) | self.few_classes
        return np.asarray(found & ~np.eye(len(found), dtype=bool))


def count_pairs(table: TaskTable) -> PairCounts:
    """Count the training records of a table by the labels of every pair of tasks with classes."""
    rows = table.rows(Split.TRAIN)
    return pairs_of_rows(table.tasks, table.labels[rows], table.patient[rows])


def pairs_of_rows(
    tasks: tuple[Task, ...],
    labels: Float[np.ndarray, "row task"],
    patient: Int[np.ndarray, " row"],
) -> PairCounts:
    """The same of some records: their labels, and whose they are."""
    task, has = _columns(tasks, labels)
    counts = np.zeros((len(task), len(task), 2, 2))
    for start in range(0, len(has), ROWS_AT_ONCE):
        some = has[start : start + ROWS_AT_ONCE].astype(np.float64)
        counts += np.einsum("nsa,ntb->stab", some, some, optimize=True)
    few = (counts > 0) & (counts < FEWEST_SHOWN)
    for source, target, a, b in _in_doubt(counts, patient):
        of = patient[has[:, source, a] & has[:, target, b]]
        few[source, target, a, b] = few[target, source, b, a] = len(np.unique(of)) < FEWEST_SHOWN
    return pairs_of_columns(tasks, task, counts, few)


def pairs_of_columns(
    tasks: tuple[Task, ...],
    task: Int[np.ndarray, " column"],
    counts: Float[np.ndarray, "source_column target_column 2 2"],
    few: Bool[np.ndarray, "source_column target_column 2 2"],
) -> PairCounts:
    """From yes-or-no columns to tasks: a binary task is one column, other kinds have one a class.

    Args:
        tasks: of the table.
        task: whose each column is, ascending; every task has one at least.
        counts: records by two columns.
        few: which of them are of few patients.
    """
    is_binary = np.array([one.kind is Kind.BINARY for one in tasks])
    has_classes = np.array([one.kind in (Kind.BINARY, Kind.MULTICLASS) for one in tasks])
    starts = np.searchsorted(task, np.arange(len(tasks)))
    first = np.ix_(starts, starts)
    both = np.outer(is_binary, is_binary)
    any_few = np.logical_or.reduceat(few.any(axis=(2, 3)), starts, axis=0)
    any_few = np.logical_or.reduceat(any_few, starts, axis=1)
    return PairCounts(
        counts=np.where(both[:, :, None, None], counts[first], np.nan),
        few=few[first] & both[:, :, None, None],
        few_classes=any_few & np.outer(has_classes, has_classes) & ~both,
    )


def _columns(
    tasks: tuple[Task, ...], labels: Float[np.ndarray, "row task"]
) -> tuple[Int[np.ndarray, " column"], Bool[np.ndarray, "row column 2"]]:
    """Whose each column is; and the rows that have not, and have, what it says."""
    task: list[int] = []
    columns = []
    for number, one in enumerate(tasks):
        label = labels[:, number]
        parts = range(len(one.classes)) if one.kind is Kind.MULTICLASS else (None,)
        for code in parts:
            yes = label > 0 if code is None else label == code
            columns.append(np.stack([~yes & ~np.isnan(label), yes], axis=-1))
            task.append(number)
    return np.array(task), np.stack(columns, axis=1)


def _in_doubt(
    counts: Float[np.ndarray, "source target 2 2"], patient: Int[np.ndarray, " row"]
) -> Iterator[tuple[int, int, int, int]]:
    """Counts of different columns that are large enough, and yet may be of few patients."""
    most_each = int(np.unique(patient, return_counts=True)[1].max(initial=0))
    most = most_each * (FEWEST_SHOWN - 1)
    for source, target, a, b in np.argwhere((counts >= FEWEST_SHOWN) & (counts <= most)):
        if source < target:
            yield int(source), int(target), int(a), int(b)
