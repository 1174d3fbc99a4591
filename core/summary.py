"""What a report keeps of the data behind it: counts, pulls and means of many, never a row."""

from dataclasses import dataclass, field

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
    """Correlation of label and feature over training rows, one a patient."""
    chance: float
    """What the strongest pull of a task with permuted labels stays below 95 times in 100."""
    pairs: Float[np.ndarray, "source target 2 2"]
    """Training records by the labels of two binary tasks; NaN for other kinds."""
    patients: Int[np.ndarray, " split"] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """Patients in each split; they add up to all. Empty in a run of an earlier version."""
    used: Int[np.ndarray, "2"] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """Patients with a record that has a label for any task, and with one that has none; some are
    both. Empty likewise."""
    few_pairs: Bool[np.ndarray, "source target 2 2"] = field(
        default_factory=lambda: np.zeros((0, 0, 2, 2), dtype=bool)
    )
    """Which of `pairs` are records of 1 to 10 patients. Empty likewise."""
    few_classes: Bool[np.ndarray, "source target"] = field(
        default_factory=lambda: np.zeros((0, 0), dtype=bool)
    )
    """Where one task has several classes and another has classes too: whether labels of both meet
    in training records of 1 to 10 patients. Empty likewise."""
    few_means: Bool[np.ndarray, " task"] = field(default_factory=lambda: np.zeros(0, dtype=bool))
    """Which tasks are numbers whose mean would tell of fewer than 11 patients, as all others have
    the same value. Of a streamed table its sample decides, which has no more of them. Empty
    likewise."""


@dataclass(frozen=True, eq=False)
class ColumnShare(Frozen):
    """A column of the data and its share, in [0, 1], of what a group asks of the first layer."""

    name: str
    share: float
    is_recording: bool = False
    """Whether the column was filled in, not what it says."""


@dataclass(frozen=True, eq=False)
class Trait(Frozen):
    """What sets the patients who drive a group apart from the others: shares of both for a column
    of zeros and ones, else means. Every count behind it is 0 or at least 11."""

    name: str
    task: int
    """The task whose label it is; −1 for a feature."""
    is_share: bool
    inside: float
    outside: float
    effect: float
    """Their difference in standard deviations."""


@dataclass(frozen=True, eq=False)
class GroupDrivers(Frozen):
    """Who and what makes the tasks of a group pull alike (`core.landscape.groups`); each number
    beside the most that 19 tables with permuted labels reached. NaN for a group of one task.

    Columns and traits are only those above chance, the strongest first.
    """

    agreement: float
    agreement_chance: float
    columns: tuple[ColumnShare, ...]
    column_chance: float
    """Share that any column stays below by chance."""
    carried: float
    """Share of all pulls towards the agreement that the driving patients carry."""
    carried_chance: float
    traits: tuple[Trait, ...]

    @property
    def holds(self) -> bool:
        """Whether the tasks agree more than unrelated ones would."""
        return self.agreement > self.agreement_chance


@dataclass(frozen=True, eq=False)
class Drivers(Frozen):
    """Of one grouping. `groups` is empty where `reason` says why nothing was measured."""

    labels: Int[np.ndarray, " task"]
    groups: tuple[GroupDrivers, ...]
    n_patients: int
    """Patients looked at, one row each."""
    n_driving: int
    """Of them, those who count as driving a group."""
    has_columns: bool
    """False where the first layer of the trunk does not see the columns as they are."""
    reason: str = ""
