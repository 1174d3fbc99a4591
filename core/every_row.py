"""A summary of a streamed table tells counts of every row, though its pulls are of the sample."""

from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from core.streamed import Survey
from core.summary import Summary
from core.values import Kind, LabelSums, Task

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
    pairs, n_blocks = _pairs(survey.tasks, labels)
    has_many = survey.n_labelled is not None
    n_least = n_blocks if has_many else np.nan_to_num(pairs)
    return replace(
        summary,
        n_records=survey.n_rows,
        n_used=survey.n_used,
        n_patients=survey.n_patients,
        splits=survey.n_by_split,
        labels=survey.n_labels if survey.n_labelled is None else survey.n_labelled,
        pairs=pairs,
        few_pairs=(n_blocks > 0) & (n_least < FEWEST_BLOCKS),
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


def _pairs(
    tasks: tuple[Task, ...], sums: LabelSums
) -> tuple[Float[np.ndarray, "source target 2 2"], Int[np.ndarray, "source target 2 2"]]:
    """Training records by both labels of two binary tasks, NaN for other kinds; and in how many
    blocks there are any."""
    is_binary = np.array([task.kind is Kind.BINARY for task in tasks])
    column = np.searchsorted(sums.task, np.arange(len(tasks)))
    place, shape = np.ix_(column, column), (len(tasks), len(tasks), 2, 2)
    found, n_blocks = np.zeros(shape), np.zeros(shape, dtype=np.int64)
    for count, total, both in zip(sums.count, sums.total, sums.product, strict=True):
        cells = _cells(count[place], total[place], both[place])
        found += cells
        n_blocks += cells > 0
    known = np.outer(is_binary, is_binary)[:, :, None, None]
    return np.where(known, found, np.nan), n_blocks * known


def _cells(
    count: Float[np.ndarray, "source target"],
    total: Float[np.ndarray, "source target"],
    both: Float[np.ndarray, "source target"],
) -> Float[np.ndarray, "source target 2 2"]:
    only_source, only_target = total - both, total.T - both
    neither = count - both - only_source - only_target
    rows = [np.stack([neither, only_target], axis=-1), np.stack([only_source, both], axis=-1)]
    return np.stack(rows, axis=-2)
