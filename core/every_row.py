"""A summary of a streamed table tells counts of every row, though its pulls are of the sample."""

from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Float

from core.data.pair_counts import PairCounts, pairs_of_columns
from core.streamed import Survey
from core.summary import Summary
from core.values import LabelSums

FEWEST_BLOCKS = 11
"""Blocks of whole patients that records must be from to be surely of as many patients (ours: nobody
counts the patients of every pair, so a few pairs of some more than ten are taken for small)."""


def count_every_row(summary: Summary, survey: Survey, labels: LabelSums) -> Summary:
    """The summary of the sample with the counts of all rows in place of its own.

    Args:
        summary: of the sample.
        survey: of every row.
        labels: of every training row, by blocks of whole patients.
    """
    pairs = _pairs(survey, labels)
    return replace(
        summary,
        n_records=survey.n_rows,
        n_used=survey.n_used,
        n_patients=survey.n_patients,
        splits=survey.n_by_split,
        labels=survey.n_labels if survey.n_labelled is None else survey.n_labelled,
        pairs=pairs.counts,
        few_pairs=pairs.few,
        few_classes=pairs.few_classes,
        **_patients(survey),
    )


def _patients(survey: Survey) -> dict[str, Any]:
    """Patients by split and use; nothing where a survey of an earlier version lacks them."""
    if survey.n_labelled is None:
        used = np.array([survey.n_used, survey.n_rows - survey.n_used])
        return {"patients": survey.n_by_split, "used": used}
    none = np.zeros(0, dtype=np.int64)
    found = {"patients": survey.n_patients_by_split, "used": survey.n_patients_by_use}
    return {name: none if counts is None else counts for name, counts in found.items()}


def _pairs(survey: Survey, sums: LabelSums) -> PairCounts:
    """Training records by both labels of two tasks with classes, and which are surely of many."""
    shape = (len(sums.task), len(sums.task), 2, 2)
    found, n_blocks = np.zeros(shape), np.zeros(shape, dtype=np.int64)
    for count, total, both in zip(sums.count, sums.total, sums.product, strict=True):
        cells = _cells(count, total, both)
        found += cells
        n_blocks += cells > 0
    n_least = found if survey.n_labelled is None else n_blocks
    few = (n_blocks > 0) & (n_least < FEWEST_BLOCKS)
    return pairs_of_columns(survey.tasks, sums.task, found, few)


def _cells(
    count: Float[np.ndarray, "column column"],
    total: Float[np.ndarray, "column column"],
    both: Float[np.ndarray, "column column"],
) -> Float[np.ndarray, "column column 2 2"]:
    only_source, only_target = total - both, total.T - both
    neither = count - both - only_source - only_target
    rows = [np.stack([neither, only_target], axis=-1), np.stack([only_source, both], axis=-1)]
    return np.stack(rows, axis=-2)
