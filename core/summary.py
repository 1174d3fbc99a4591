"""What a report keeps of the data behind it: counts and pulls, never a row."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from core.frozen import Frozen


@dataclass(frozen=True, eq=False)
class Summary(Frozen):
    """Aggregates of a table. They stay with the run; a report shows them with small counts hidden.

    `labels` counts, for each task and split, the patients with the event and the others whose
    label is known; a task without events (a regression, several classes) has all in the second.
    Patients are never in two splits, so the counts add up.
    """

    n_records: int
    n_used: int
    """Records with a label for any task."""
    n_patients: int
    splits: Int[np.ndarray, " split"]
    """Records in each split, in the order of `Split`."""
    labels: Int[np.ndarray, "task split 2"]
    feature_names: tuple[str, ...]
    """Where a feature is yes or no, only those that at least 11 patients have and at least 11 have
    not among the training rows: a rarer text is never named."""
    is_flag: Bool[np.ndarray, " feature"]
    """Which of them are yes or no."""
    pull: Float[np.ndarray, "task feature"]
    """Correlation of label and feature over the training rows."""
    chance: float
    """What the strongest pull of a task with permuted labels stays below 95 times in 100."""
    pairs: Float[np.ndarray, "source target 2 2"]
    """Training records by the labels of two binary tasks; NaN for other kinds."""
