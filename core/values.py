"""The nouns. Read this first: every stage takes some of these values and returns the next one.

    TaskTable → Landscape → Affinity → TaskGraph → Embedding → Grouping → Evidence → Report

Axes: sample (a row used for measuring), task (in the order of `tasks`), source and target (both
task axes; `values[source, target]`), block (a part of the samples), replicate (a bootstrap re-run).
The nouns of evidence stand in `core.trials`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from core.frozen import Frozen
from core.hazard import N_INTERVALS
from core.joint_run import LookAhead
from core.summary import Drivers, Summary
from core.trials import Evidence


class Kind(StrEnum):
    """What a task predicts."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"
    TIME_TO_EVENT = "time_to_event"
    UNKNOWN = "unknown"
    """Nobody said: a task of a given matrix or of a recording. No table holds one."""


class Split(StrEnum):
    """What a row is for: the landscape sees only TRAIN, choices VALIDATION, reports TEST."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"

    @property
    def code(self) -> int:
        """The integer that stands for this split in `TaskTable.split`."""
        return list(Split).index(self)


@dataclass(frozen=True, eq=False)
class Task(Frozen):
    """One prediction target.

    `mean` is the prevalence of a binary task, the mean of a regression, the share of events of a
    time to event, NaN for a multiclass task; `classes` names the label codes 0, 1, … and is empty
    for a regression or a time to event.
    """

    name: str
    kind: Kind
    n_labelled: int
    mean: float
    classes: tuple[str, ...] = ()

    @property
    def n_outputs(self) -> int:
        """Width of the task's head: its classes, or the hazards of a time to event."""
        if self.kind is Kind.TIME_TO_EVENT:
            return N_INTERVALS
        return len(self.classes) if self.kind is Kind.MULTICLASS else 1


@dataclass(frozen=True, eq=False)
class TaskTable(Frozen):
    """Features shared by every task, one label column a task; NaN is a missing value in both.

    Labels hold the class code (0, 1, …) of a classification task, the number of a regression, and
    the signed time of a time to event: +t where the event happened at t, −t where the sample was
    censored at t (never 0).
    `patient` numbers the patient of each row (the row's own number where no id was given);
    a patient's rows share one split. `feature_shape` is the shape of one sample where the features
    are the pixels of an image or the steps of several series (row by row); empty for a table.
    """

    feature_names: tuple[str, ...]
    features: Float[np.ndarray, "sample feature"]
    tasks: tuple[Task, ...]
    labels: Float[np.ndarray, "sample task"]
    split: Int[np.ndarray, " sample"]
    patient: Int[np.ndarray, " sample"]
    feature_shape: tuple[int, ...] = ()

    def check(self) -> None:
        n = len(self.features)
        if self.feature_shape and prod(self.feature_shape) != len(self.feature_names):
            raise ValueError(f"{len(self.feature_names)} names for the shape {self.feature_shape}")
        if self.features.shape != (n, len(self.feature_names)):
            raise ValueError(f"features {self.features.shape}: {len(self.feature_names)} names")
        if self.labels.shape != (n, len(self.tasks)):
            raise ValueError(f"labels {self.labels.shape}: {n} samples, {len(self.tasks)} tasks")
        if self.split.shape != (n,) or self.patient.shape != (n,):
            raise ValueError("split and patient need one entry a sample")

    @property
    def task_names(self) -> tuple[str, ...]:
        return tuple(task.name for task in self.tasks)

    @cached_property
    def has_own_samples(self) -> bool:
        """Whether no sample is labelled for two tasks: every task has samples of its own."""
        known = ~np.isnan(self.labels)
        return len(self.tasks) > 1 and bool((known.sum(axis=1) <= 1).all())

    def rows(self, split: Split) -> Int[np.ndarray, " row"]:
        """The numbers of the rows of one split, ascending."""
        return np.flatnonzero(self.split == split.code)


@dataclass(frozen=True, eq=False)
class PairSums(Frozen):
    """Sums over the samples of each block that two tasks share; every measure is made from these.

    Δ is the displacement of an optimum from the common start; a sum nobody asked for is None.
    """

    count: Float[np.ndarray, "block source target"]
    """Samples labelled for both tasks."""
    distance: Float[np.ndarray, "block source target"] | None
    """Σ ‖Δ_source − Δ_target‖₁."""
    mass: Float[np.ndarray, "block source target"] | None
    """Σ (‖Δ_source‖₁ + ‖Δ_target‖₁)."""
    abs_cosine: Float[np.ndarray, "block source target"] | None
    """Σ |cos(Δ_source, Δ_target)|."""
    cosine: Float[np.ndarray, "block source target"] | None
    """Σ cos(Δ_source, Δ_target)."""
    opposite: Float[np.ndarray, "block source target"] | None
    """Σ share of the parameters that both move, which they move in opposite directions."""
    mean_product: Float[np.ndarray, "block source target"] | None
    """⟨Σ Δ_source over the block's samples, Σ Δ_target over all samples⟩, each over its own
    labelled samples. The sum over blocks is the Gram matrix of the tasks' mean displacements."""
    pairing: str = "matched"
    """`matched` by sample; `mean`: terms of the tasks' mean displacements, with a count of 1.
    Otherwise every sample of the source in the block stands against every sample of the target in
    all blocks: `energy` subtracts what a task has within itself."""

    @property
    def n_blocks(self) -> int:
        return len(self.count)


@dataclass(frozen=True, eq=False)
class LabelSums(Frozen):
    """Moments of the labels alone, over the samples two columns share, by block.

    A binary task is one column (its label), a regression or a time to event too (a rank among the
    samples); a multiclass task is one indicator column a class. `task` tells whose column it is.
    """

    task: Int[np.ndarray, " column"]
    count: Float[np.ndarray, "block column column"]
    total: Float[np.ndarray, "block column column"]
    square: Float[np.ndarray, "block column column"]
    """Σ y_row and Σ y_row² over the samples shared with the other column."""
    product: Float[np.ndarray, "block column column"]
    """Σ y_row · y_other."""


@dataclass(frozen=True, eq=False)
class Points(Frozen):
    """Low-dimensional sketches of displacements, one point a (sample, task), for the pictures."""

    sketch: Float[np.ndarray, "point coordinate"]
    sample: Int[np.ndarray, " point"]
    """Row of the table."""
    task: Int[np.ndarray, " point"]
    label: Float[np.ndarray, " point"]
    loss: Float[np.ndarray, " point"]
    """Loss of the task on the sample at the common start."""
    n_total: int
    """How many (sample, task) points there were before the stratified draw."""


@dataclass(frozen=True, eq=False)
class Coreset(Frozen):
    """The sums are of `n_drawn` weighted rows that stand for `n_rows`; `error_share` is how much of
    the bootstrap variance of a pair is due to that draw."""

    n_rows: int
    n_drawn: int
    error_share: Float[np.ndarray, "source target"]


@dataclass(frozen=True, eq=False)
class Landscape(Frozen):
    """What the sample-wise optima of all tasks look like, summed up."""

    tasks: tuple[Task, ...]
    heads: str
    n_samples: int
    sums: PairSums
    label_sums: LabelSums
    points: Points
    notes: tuple[str, ...] = ()
    curve: Float[np.ndarray, "step 2"] = field(default_factory=lambda: np.zeros((0, 2)))
    """After each step: share of the walks that have converged, mean ‖Δ‖₁. Empty for one step."""
    look_ahead: LookAhead | None = None
    """Of the same blocks; None where no joint run was made."""
    coreset: Coreset | None = None
    """None where the sums are of every row."""
    refits: PairSums | None = None
    halves: Bool[np.ndarray, "half block"] | None = None
    """`refits`: heads fitted on `halves` of the blocks, one entry a half; None where unknown."""


@dataclass(frozen=True, eq=False)
class Projection(Frozen):
    """A flat map of `Points`: `index` says which of them it shows, in the order of `xy`.
    `trustworthiness` in [0, 1] is the share of neighbourhoods that survived the flattening."""

    method: str
    xy: Float[np.ndarray, "shown 2"]
    index: Int[np.ndarray, " shown"]
    trustworthiness: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Gap(Frozen):
    """Why cells of a task × task matrix are NaN, in a few words."""

    reason: str
    where: Bool[np.ndarray, "source target"]


@dataclass(frozen=True, eq=False)
class Affinity(Frozen):
    """How alike two tasks pull a model. NaN where that is unknown; `gaps` say why.

    `values` are in the measure's own units, `low` and `high` bound their 95 % bootstrap interval;
    `similarity` is in [0, 1] with 1 on the diagonal, and `replicates` are re-runs of it.
    """

    task_names: tuple[str, ...]
    measure: str
    is_distance: bool
    values: Float[np.ndarray, "source target"]
    low: Float[np.ndarray, "source target"]
    high: Float[np.ndarray, "source target"]
    similarity: Float[np.ndarray, "source target"]
    replicates: Float[np.ndarray, "replicate source target"]
    notes: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()

    @property
    def is_directed(self) -> bool:
        """Whether what a source does to a target differs from what the target does to it."""
        back = self.values.T
        return not np.allclose(self.values, back, rtol=1e-5, atol=1e-9, equal_nan=True)

    def check(self) -> None:
        square = (len(self.task_names),) * 2
        for name in ("values", "low", "high", "similarity"):
            if getattr(self, name).shape != square:
                raise ValueError(f"{name} {getattr(self, name).shape} is not {square}")


@dataclass(frozen=True, eq=False)
class Null(Frozen):
    """What a measure says of independent tasks: `similarity` and `values` as in `Affinity`, of
    tables whose labels were permuted within each task. NaN where two tasks share no sample."""

    similarity: Float[np.ndarray, "permutation source target"]
    values: Float[np.ndarray, "permutation source target"]

    def check(self) -> None:
        if self.similarity.shape != self.values.shape:
            raise ValueError(f"similarity {self.similarity.shape}, values {self.values.shape}")


@dataclass(frozen=True, eq=False)
class TaskGraph(Frozen):
    """Tasks as nodes. `adjacent` is symmetric with an empty diagonal; an edge weighs `similarity`
    (0 where it was NaN). The replicates are the same graph rebuilt on bootstrap re-runs."""

    task_names: tuple[str, ...]
    similarity: Float[np.ndarray, "source target"]
    adjacent: Bool[np.ndarray, "source target"]
    replicate_similarity: Float[np.ndarray, "replicate source target"]
    replicate_adjacent: Bool[np.ndarray, "replicate source target"]

    def edges(self) -> Iterator[tuple[int, int, float]]:
        """(source, target, weight) of every edge once, source < target."""
        for source, target in np.argwhere(np.triu(self.adjacent, 1)):
            yield int(source), int(target), float(self.similarity[source, target])


@dataclass(frozen=True, eq=False)
class Embedding(Frozen):
    """A point for every task. `attention[source, target]` is how much target listens to source
    (0 where there is no edge; all 0 for an encoder without attention). `has_structure` is False
    when a guard fired: then `values` are the rows of the similarity and `notes` say why."""

    task_names: tuple[str, ...]
    values: Float[np.ndarray, "task dimension"]
    replicates: Float[np.ndarray, "replicate task dimension"]
    attention: Float[np.ndarray, "source target"]
    has_structure: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Grouping(Frozen):
    """One way to split the tasks, with its scores; NaN where a score is not defined.

    `labels` number the groups 0, 1, … in the order of their first task. `silhouette` is measured
    on the dissimilarity 1 − similarity for every method, so scores compare; `silhouette_null` is
    the level that chance stays below, for independent tasks and for shuffled similarities.
    `co_assignment` is how often two tasks shared a group over the bootstrap re-runs and `stability`
    its mean over the pairs inside groups.
    """

    method: str
    covariance: str
    n_components: int
    """What was asked for; `n_groups` is smaller when a component took no task."""
    labels: Int[np.ndarray, " task"]
    membership: Float[np.ndarray, "task group"]
    bic: float
    aic: float
    silhouette: float
    silhouette_null: float
    stability: float
    co_assignment: Float[np.ndarray, "task task"]

    @property
    def n_groups(self) -> int:
        return len(np.unique(self.labels))

    def groups(self, task_names: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
        """The names of the tasks of each group."""
        return tuple(
            tuple(task_names[task] for task in np.flatnonzero(self.labels == group))
            for group in np.unique(self.labels)
        )


@dataclass(frozen=True, eq=False)
class Candidates(Frozen):
    """Every grouping a run proposes, as one value to keep."""

    groupings: tuple[Grouping, ...]


class Decision(StrEnum):
    """The three answers."""

    ALONE = "alone"
    TOGETHER = "together"
    GROUPED = "grouped"


@dataclass(frozen=True, eq=False)
class Recommendation(Frozen):
    """The proposed grouping, the decision it amounts to, and one sentence of why."""

    grouping: Grouping
    decision: Decision
    reason: str


@dataclass(frozen=True, eq=False)
class Report(Frozen):
    """Everything one run found. `core.report.to_document` gives its aggregates."""

    tasks: tuple[Task, ...]
    affinities: tuple[Affinity, ...]
    """The chosen measure first."""
    graph: TaskGraph
    embedding: Embedding
    groupings: tuple[Grouping, ...]
    recommended: Recommendation
    notes: tuple[str, ...] = ()
    """What a reader must know before believing a number, one sentence each."""
    provenance: Mapping[str, Any] = field(default_factory=dict)
    evidence: Evidence | None = None
    """What training showed; None before `validate`."""
    summary: Summary | None = None
    """Counts and pulls of the data; None where there were no rows, or in an older run."""
    drivers: Drivers | None = None
    """Of the recommended groups, or of earlier ones (`Drivers.labels`); None likewise."""

    @property
    def task_names(self) -> tuple[str, ...]:
        return tuple(task.name for task in self.tasks)

    @property
    def affinity(self) -> Affinity:
        """The affinity that the graph and the groups were made from."""
        return self.affinities[0]
