"""The nouns of evidence: what training the candidates showed.

Trials are groupings that were trained; each has its gains over training alone, in the tasks' own
metrics and in loss. Contrasts compare two ways to train; the verdict rests on three of them.
"""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from jaxtyping import Bool, Float, Int

from core.frozen import Frozen


class Verdict(StrEnum):
    """What training showed."""

    ALONE = "alone"
    TOGETHER = "together"
    GROUPED = "grouped"
    UNDECIDED = "no detectable difference"


@dataclass(frozen=True, eq=False)
class Gains(Frozen):
    """What every task gains on test rows against training it alone, with paired 95 % bootstrap
    intervals; `p` is adjusted over the tasks (Holm). Above 0 is better; NaN where unmeasured. A
    task that does not count has neither interval nor p, so it is neither won nor lost."""

    value: Float[np.ndarray, " task"]
    low: Float[np.ndarray, " task"]
    high: Float[np.ndarray, " task"]
    p: Float[np.ndarray, " task"]

    @property
    def wins(self) -> Bool[np.ndarray, " task"]:
        """Tasks that the group helps, whatever the number of tasks looked at."""
        won: np.ndarray = (self.p < 0.05) & (self.value > 0)
        return won

    @property
    def losses(self) -> Bool[np.ndarray, " task"]:
        """Tasks that the group harms: negative transfer."""
        lost: np.ndarray = (self.p < 0.05) & (self.value < 0)
        return lost


@dataclass(frozen=True, eq=False)
class Contrast(Frozen):
    """How much better one way to train is than another on test rows: the difference of their mean
    gains over the tasks that count, with its paired 95 % interval; NaN where unmeasured."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Trial(Frozen):
    """A grouping that was trained. What carries `metric` is in points of the task's own metric,
    what carries `loss` is (loss alone − loss) / loss alone. All of it is NaN where the trial was
    dropped on validation rows before the test."""

    origin: str
    """Where it came from, in words."""
    labels: Int[np.ndarray, " task"]
    n_seeds: int
    validation_gain: float
    """Mean over the tasks that count, in what the evidence was judged by."""
    metric: Float[np.ndarray, " task"]
    """The task's own metric itself, larger is better."""
    metric_gains: Gains
    loss_gains: Gains
    metric_gain: Contrast
    """Mean gain over training alone."""
    loss_gain: Contrast
    learned: tuple[tuple[int, ...], ...] = ()
    """What the network of each group learns, helpers included; empty where nobody has helpers."""
    scores: Float[np.ndarray, "task scored"] = field(default_factory=lambda: np.zeros((0, 0)))
    """What every metric of `Evidence.scored` reads (errors are better lower), mean
    over the seeds; NaN where it does not judge such a task. Empty where it was not tested."""

    @property
    def n_groups(self) -> int:
        return len(np.unique(self.labels))

    @property
    def was_tested(self) -> bool:
        return bool(np.isfinite(self.loss_gain.value))

    def groups(self, task_names: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
        """The names of the tasks of each group."""
        return tuple(
            tuple(task_names[task] for task in np.flatnonzero(self.labels == group))
            for group in np.unique(self.labels)
        )

    def helpers(self, task_names: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
        """The names of the tasks that each network learns and does not predict."""
        return helpers_of(self.labels, self.learned, task_names)


def helpers_of(
    labels: Int[np.ndarray, " task"],
    learned: tuple[tuple[int, ...], ...],
    task_names: tuple[str, ...],
) -> tuple[tuple[str, ...], ...]:
    """For every group the names of the tasks that its network learns and does not predict."""
    return tuple(
        tuple(
            task_names[task]
            for task in (learned[number] if learned else ())
            if labels[task] != number
        )
        for number in range(len(np.unique(labels)))
    )


class Judge(StrEnum):
    """What ways to train are compared by."""

    METRIC = "metric"
    LOSS = "loss"


@dataclass(frozen=True, eq=False)
class Evidence(Frozen):
    """What training the candidates showed. Chosen on validation rows, reported on test rows."""

    task_names: tuple[str, ...]
    judge: Judge
    """What the choice and the verdict rest on."""
    trials: tuple[Trial, ...]
    """The best on validation first; every task alone and all together are always among them."""
    best: int
    """Which trial is the best proper grouping on validation rows; -1 where there is none."""
    verdict: Verdict
    reason: str
    labels: Int[np.ndarray, " task"]
    """The grouping that the verdict amounts to."""
    grouped_over_alone: Contrast
    grouped_over_together: Contrast
    together_over_alone: Contrast
    random_gains: Float[np.ndarray, " random"]
    """Mean test gains of random partitions with the group sizes of the best one: the null."""
    metrics: tuple[str, ...]
    """The metric that each task is judged by."""
    excluded: tuple[str, ...]
    """Why a task does not count in the means; empty where it counts."""
    n_seeds: int
    n_networks: int
    """Networks trained, seeds counted."""
    n_measured: int
    """Distinct groups among them."""
    is_final: bool = True
    """False while the work goes on: then nothing was looked at on test rows."""
    notes: tuple[str, ...] = ()
    learned: tuple[tuple[int, ...], ...] = ()
    """What the network of each of these groups learns; empty where nobody has helpers."""
    scored: tuple[str, ...] = ()
    """The metrics of the trials' `scores`; none in evidence of earlier versions."""
    chance: Float[np.ndarray, "task scored"] = field(default_factory=lambda: np.zeros((0, 0)))
    """What a prediction scores that knows the test labels' distribution only: for AUPRC the
    prevalence."""
    rules: str = ""
    """A digest of the code that judged (`core.evidence.age`); none in evidence of earlier
    versions."""

    def trial(self, n_groups: int) -> Trial:
        """The trial with this many groups, and no helpers, that did best on validation rows."""
        return next(one for one in self.trials if one.n_groups == n_groups and not one.learned)

    @property
    def advised(self) -> Trial:
        """The trial that the verdict amounts to."""
        same = (one for one in self.trials if (one.labels == self.labels).all())
        return next(one for one in same if one.learned == self.learned)

    @property
    def helpers(self) -> tuple[tuple[str, ...], ...]:
        """The names of the tasks that each advised network learns and does not predict."""
        return helpers_of(self.labels, self.learned, self.task_names)

    @property
    def by_number(self) -> tuple[Trial, ...]:
        """Of every number of groups the trial that did best on validation rows among those that
        were tested; fewest groups first."""
        best: dict[int, Trial] = {}
        for trial in self.trials:
            if trial.was_tested:
                best.setdefault(trial.n_groups, trial)
        return tuple(best[number] for number in sorted(best))

    def gains(self, trial: Trial) -> Gains:
        """A trial's gains of every task, in what the evidence was judged by."""
        return trial.metric_gains if self.judge is Judge.METRIC else trial.loss_gains

    def gain(self, trial: Trial) -> Contrast:
        """A trial's mean gain over training alone, in what the evidence was judged by."""
        return trial.metric_gain if self.judge is Judge.METRIC else trial.loss_gain

    @property
    def grouped(self) -> Trial | None:
        """The best proper grouping; None where there is none."""
        return self.trials[self.best] if self.best >= 0 else None

    @property
    def alone(self) -> Trial:
        return self.trial(len(self.task_names))

    @property
    def together(self) -> Trial:
        return self.trial(1)
