"""Which tasks have enough held-out labels to be judged by."""

from collections.abc import Sequence

import numpy as np

from core.training import Examples
from core.values import Kind, Split

FEWEST_EVENTS = 10
"""Held-out rows of the rarer class (of any label, for a regression) that an interval needs (ours;
with fewer a bootstrap over rows has too few distinct re-runs to be believed)."""


def too_few(examples: Examples, split: Split) -> tuple[str, ...]:
    """Why each task cannot be judged on the rows of a split; empty where it can."""
    rows = examples.split == split.code
    return tuple(
        _reason(task.kind, examples.labels[rows & examples.known[:, number], number], split)
        for number, task in enumerate(examples.tasks)
    )


def _reason(kind: Kind, labels: np.ndarray, split: Split) -> str:
    if kind is Kind.REGRESSION:
        count, what = len(labels), "labels"
    elif kind is Kind.MULTICLASS:
        counts = np.unique(labels, return_counts=True)[1]
        if len(counts) < 2:
            return f"only one class among the {len(labels)} {split} labels"
        count, what = int(len(labels) - counts.max()), "rows outside the largest class"
    else:
        events = int((labels > 0).sum())
        if kind is Kind.BINARY and 0 < events > len(labels) - events:
            count, what = len(labels) - events, "rows without the event"
        else:
            count, what = events, "events"
    if count >= FEWEST_EVENTS:
        return ""
    return f"{count} {what} among the {split} rows; an interval needs {FEWEST_EVENTS}"


def counts(reasons: Sequence[str]) -> np.ndarray:
    """Bool[task]: which tasks can be judged."""
    return np.array([not reason for reason in reasons], dtype=bool)
