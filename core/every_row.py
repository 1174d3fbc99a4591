"""A summary of a streamed table tells counts of every row, though its pulls are of the sample."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from core.streamed import Survey
from core.summary import Summary
from core.values import Kind, LabelSums, Task


def count_every_row(summary: Summary, survey: Survey, labels: LabelSums) -> Summary:
    """The summary of the sample with the counts of all rows in place of its own."""
    return replace(
        summary,
        n_records=survey.n_rows,
        n_used=survey.n_used,
        n_patients=survey.n_patients,
        splits=survey.n_by_split,
        labels=survey.n_labels if survey.n_labelled is None else survey.n_labelled,
        pairs=_pairs(survey.tasks, labels),
    )


def _pairs(tasks: tuple[Task, ...], sums: LabelSums) -> Float[np.ndarray, "source target 2 2"]:
    """Training records by both labels of two binary tasks; NaN for other kinds."""
    is_binary = np.array([task.kind is Kind.BINARY for task in tasks])
    column = np.searchsorted(sums.task, np.arange(len(tasks)))
    count, total, both = (
        part.sum(axis=0)[np.ix_(column, column)] for part in (sums.count, sums.total, sums.product)
    )
    only_source, only_target = total - both, total.T - both
    neither = count - both - only_source - only_target
    found = np.stack(
        [np.stack([neither, only_target], axis=-1), np.stack([only_source, both], axis=-1)], axis=-2
    )
    return np.where(np.outer(is_binary, is_binary)[:, :, None, None], found, np.nan)
