"""What a group does to its tasks on the test rows, in loss and in the tasks' own metrics."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from core.evidence.bootstrap import Replicates, interval, mean_losses, two_sided_p
from core.evidence.gains import mean_gain, relative_gain
from core.evidence.holm import adjust
from core.evidence.partitions import Group, Partition
from core.evidence.pool import Pool
from core.evidence.scoring import score_every_way, score_task
from core.machine.threads import side_by_side
from core.progress import OnProgress
from core.trials import Contrast, Gains


class Reading(NamedTuple):
    """A number for every task (or member), as it is and in every bootstrap replicate."""

    value: Float[np.ndarray, " task"]
    replicates: Float[np.ndarray, "replicate task"]


class RowsUnderTest:
    """Reads networks on the test rows; a group is read once, however many partitions hold it.

    Without replicates only the values are read.
    """

    def __init__(self, pool: Pool, seeds: Sequence[int], replicates: Replicates | None) -> None:
        self.pool, self.seeds, self.replicates = pool, tuple(seeds), replicates
        self._rows = np.ones((1, len(pool.test_rows)))
        self._seeds = np.full((1, len(self.seeds)), 1 / len(self.seeds))
        if replicates is not None:
            rows = np.concatenate([self._rows.T, replicates.rows.T], axis=1)
            self._rows = rows.T  # the weights of a row side by side
            self._seeds = np.concatenate([self._seeds, replicates.seeds])
        self._losses: dict[Group, Reading] = {}
        self._metrics: dict[Group, Reading] = {}
        self._scores: dict[Group, Float[np.ndarray, "member scored"]] = {}

    def read(self, groups: Iterable[Group], on_progress: OnProgress) -> None:
        """Read these groups, a thread a core, before they are asked for."""
        todo = [group for group in dict.fromkeys(groups) if group not in self._metrics]

        def both(number: int) -> tuple[Reading, Reading]:
            return self._read_losses(todo[number]), self._read_metrics(todo[number])

        def told(share: float) -> None:
            on_progress(share, "judging on the test rows")

        found = side_by_side(both, len(todo), told)
        for group, (losses, metrics) in zip(todo, found, strict=True):
            self._losses[group], self._metrics[group] = losses, metrics

    def losses(self, partition: Partition, learned: Sequence[Group] | None = None) -> Reading:
        """Mean loss of every task, in units of the constant predictor's; `learned` are the tasks
        that the network of each group learns, where it has helpers."""
        groups = learned or partition
        for group in groups:
            if group not in self._losses:
                self._losses[group] = self._read_losses(group)
        return _assemble(partition, groups, self._losses)

    def metrics(self, partition: Partition, learned: Sequence[Group] | None = None) -> Reading:
        """Main metric of every task, mean over the seeds, larger is better."""
        groups = learned or partition
        for group in groups:
            if group not in self._metrics:
                self._metrics[group] = self._read_metrics(group)
        return _assemble(partition, groups, self._metrics)

    def scores(
        self, partition: Partition, learned: Sequence[Group] | None = None
    ) -> Float[np.ndarray, "task scored"]:
        """Every metric of every task as it reads itself, mean over the seeds; of groups whose
        metrics were read with replicates."""
        groups = learned or partition
        own = [
            self._scores[members][[members.index(task) for task in group]]
            for group, members in zip(partition, groups, strict=True)
        ]
        order = np.argsort([task for group in partition for task in group])
        return np.asarray(np.concatenate(own)[order])

    def _read_losses(self, group: Group) -> Reading:
        losses = self.pool.test_losses(group, self.seeds)
        known = ~np.isnan(losses)
        total, count = np.where(known, losses, 0.0).sum(axis=1), known.sum(axis=1)
        mean = np.where(count > 0, total / np.maximum(count, 1), np.nan).mean(axis=0)
        if self.replicates is None:
            return Reading(mean, np.zeros((0, len(group))))
        return Reading(mean, mean_losses(losses, self.replicates))

    def _read_metrics(self, group: Group) -> Reading:
        own, share = self._rows, self._seeds
        predicted = self.pool.test_predictions(group, self.seeds)
        if self.replicates is not None:
            self._scores[group] = self._score(group, predicted)
        read = np.empty((len(own), len(group)))
        for member, task in enumerate(group):
            by_seed = [
                score_task(self.pool.examples, task, self.pool.test_rows, one[:, member], own)
                for one in predicted
            ]
            read[:, member] = (np.stack(by_seed, axis=1) * share).sum(axis=1)
        return Reading(read[0], read[1:])

    def _score(
        self, group: Group, predicted: Float[np.ndarray, "seed row member output"]
    ) -> Float[np.ndarray, "member scored"]:
        examples, rows = self.pool.examples, self.pool.test_rows
        return np.stack(
            [
                np.mean(
                    [score_every_way(examples, task, rows, one[:, member]) for one in predicted],
                    axis=0,
                )
                for member, task in enumerate(group)
            ]
        )


def _assemble(
    partition: Partition, learned: Sequence[Group], readings: dict[Group, Reading]
) -> Reading:
    """Every task as its own network has it; what helpers reach there is left out."""
    order = np.argsort([task for group in partition for task in group])
    values, replicates = [], []
    for group, members in zip(partition, learned, strict=True):
        own = [members.index(task) for task in group]
        values.append(readings[members].value[own])
        replicates.append(readings[members].replicates[:, own])
    return Reading(np.concatenate(values)[order], np.concatenate(replicates, axis=1)[:, order])


def loss_gains(losses: Reading, alone: Reading) -> Reading:
    """Gains in loss over training alone."""
    return Reading(
        relative_gain(alone.value, losses.value),
        relative_gain(alone.replicates, losses.replicates),
    )


def metric_gains(metrics: Reading, alone: Reading) -> Reading:
    """Gains in the metric over training alone."""
    return Reading(metrics.value - alone.value, metrics.replicates - alone.replicates)


def summarise(gains: Reading, is_counted: Bool[np.ndarray, " task"]) -> Gains:
    """Gains of every task, of those that count with intervals and p-values adjusted over them: a
    bootstrap of too few events would give an interval that nobody should believe."""
    believed = np.where(is_counted, gains.replicates, np.nan)
    low, high = interval(believed)
    return Gains(gains.value, low, high, adjust(two_sided_p(believed)))


def contrast(
    better: Reading, reference: Reading, is_counted: Bool[np.ndarray, " task"]
) -> Contrast:
    """How much more `better` gains than `reference`, on average over the tasks that count."""
    value = mean_gain(better.value - reference.value, is_counted)
    low, high = interval(mean_gain(better.replicates - reference.replicates, is_counted))
    return Contrast(float(value), float(low), float(high))
