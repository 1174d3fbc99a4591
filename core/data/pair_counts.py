"""How many training records have each pair of labels of two tasks, and where they are of few."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from core.values import Kind, Split, TaskTable

FEWEST_SHOWN = 11
"""Patients from which a count of records may be told."""


class PairCounts(NamedTuple):
    """Records by the labels (0, 1) of two binary tasks, NaN for other kinds; and which counts are
    records of fewer than 11 patients, if of any."""

    counts: Float[np.ndarray, "source target 2 2"]
    few: Bool[np.ndarray, "source target 2 2"]


def count_pairs(table: TaskTable) -> PairCounts:
    """Count the training records of a table by the labels of every pair of binary tasks."""
    rows = table.rows(Split.TRAIN)
    labels, patient = table.labels[rows], table.patient[rows]
    has = np.stack([labels == 0, labels > 0], axis=-1)
    as_numbers = has.astype(np.float64)
    counts = np.einsum("nsa,ntb->stab", as_numbers, as_numbers, optimize=True)
    few = (counts > 0) & (counts < FEWEST_SHOWN)
    for source, target, a, b in _in_doubt(counts, patient):
        of = patient[has[:, source, a] & has[:, target, b]]
        few[source, target, a, b] = few[target, source, b, a] = len(np.unique(of)) < FEWEST_SHOWN
    is_binary = np.array([task.kind is Kind.BINARY for task in table.tasks])
    both = np.outer(is_binary, is_binary)[:, :, None, None]
    return PairCounts(np.where(both, counts, np.nan), few & both)


def _in_doubt(
    counts: Float[np.ndarray, "source target 2 2"], patient: Int[np.ndarray, " row"]
) -> Iterator[tuple[int, int, int, int]]:
    """Counts of different tasks that are large enough, and yet may be of few patients."""
    most_each = int(np.unique(patient, return_counts=True)[1].max(initial=0))
    most = most_each * (FEWEST_SHOWN - 1)
    for source, target, a, b in np.argwhere((counts >= FEWEST_SHOWN) & (counts <= most)):
        if source < target:
            yield int(source), int(target), int(a), int(b)
