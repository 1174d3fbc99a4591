"""Gains against training alone, in the task's own metric or in its loss (METHODS §6).

    metric   points of AUROC, R², … more than alone
    loss     (loss alone − loss in the group) / loss alone

The metric is the better judge of rare outcomes. Over four splits each of six tables, the gain of
candidates on validation rows agreed with that on test rows (Pearson, metric and loss) by 0.43 and
0.01 (1,700 rows, 12 mostly rare outcomes), 0.42 and 0.37, 0.28 and −0.06, 0.38 and −0.14, 0.82
and 0.74, and 0.87 and 0.74 (planted groups).
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float

from core.evidence.partitions import Group, Partition
from core.evidence.pool import Pool
from core.evidence.search.measured import Measured
from core.trials import Judge


def relative_gain(
    alone: Float[np.ndarray, "*shape task"], grouped: Float[np.ndarray, "*shape task"]
) -> Float[np.ndarray, "*shape task"]:
    """1 − grouped / alone of losses; NaN where the loss alone is 0 or either is missing."""
    with np.errstate(invalid="ignore", divide="ignore"):
        gain = 1 - grouped / alone
    return np.where(alone > 0, gain, np.nan)


def mean_gain(
    gain: Float[np.ndarray, "*shape task"], is_counted: Bool[np.ndarray, " task"]
) -> Float[np.ndarray, "*shape"]:
    """Mean over the tasks that count; NaN where a task that counts has none, or none counts."""
    if not is_counted.any():
        return np.full(gain.shape[:-1], np.nan)
    mean: np.ndarray = gain[..., is_counted].mean(axis=-1)
    return mean


def validation_gain(
    pool: Pool, group: Group, seeds: Sequence[int], judge: Judge
) -> Float[np.ndarray, " task"]:
    """Gain of every member on validation rows, means over the seeds; NaN for the others."""
    alone, grouped = _measure(pool, group, seeds, judge)
    gain = np.full(len(pool.examples.tasks), np.nan)
    gain[list(group)] = _better(alone.mean(axis=0), grouped.mean(axis=0), judge)
    return gain


def _seed_variance(
    pool: Pool, group: Group, seeds: Sequence[int], judge: Judge
) -> Float[np.ndarray, " task"]:
    """How much the gain of every member varies from seed to seed; NaN for the others, and with a
    single seed."""
    variance = np.full(len(pool.examples.tasks), np.nan)
    if len(seeds) > 1:
        by_seed = _better(*_measure(pool, group, seeds, judge), judge)
        variance[list(group)] = by_seed.var(axis=0, ddof=1)
    return variance


def _measure(
    pool: Pool, group: Group, seeds: Sequence[int], judge: Judge
) -> tuple[Float[np.ndarray, "seed member"], Float[np.ndarray, "seed member"]]:
    """What the members reach alone and in the group on validation rows."""
    measure = pool.validation_metric if judge is Judge.METRIC else pool.validation_loss
    alone = [measure((task,), seeds)[:, 0] for task in group]
    return np.stack(alone, axis=1), measure(group, seeds)


def _better(
    alone: Float[np.ndarray, "*shape"], grouped: Float[np.ndarray, "*shape"], judge: Judge
) -> Float[np.ndarray, "*shape"]:
    return grouped - alone if judge is Judge.METRIC else relative_gain(alone, grouped)


def partition_gain(
    pool: Pool,
    partition: Partition,
    seeds: Sequence[int],
    is_counted: Bool[np.ndarray, " task"],
    judge: Judge,
    learned: Sequence[Group] | None = None,
) -> float:
    """Mean gain of a partition on validation rows; NaN where one of its networks diverged.

    `learned` are the tasks that the network of each group learns, where it has helpers.
    """
    gain = np.full(len(is_counted), np.nan)
    for group, members in zip(partition, learned or partition, strict=True):
        gain[list(group)] = validation_gain(pool, members, seeds, judge)[list(group)]
    return float(mean_gain(gain, is_counted))


def trained_gains(
    pool: Pool, seeds: Sequence[int], judge: Judge, is_counted: Bool[np.ndarray, " task"]
) -> Measured:
    """Validation gains of every group that was trained; a task that does not count gains nothing,
    and a group whose training diverged is left out."""
    found, variances = {}, []
    for group in pool.groups:
        if len(group) == 1 or not pool.has(group, seeds):
            continue
        gain = validation_gain(pool, group, seeds, judge)
        gain[[task for task in group if not is_counted[task]]] = 0.0
        if np.isfinite(gain[list(group)]).all() and not pool.diverged(group, seeds):
            found[group] = gain
            variances.append(_seed_variance(pool, group, seeds, judge))
    measured = Measured.alone(tuple(task.name for task in pool.examples.tasks))
    if not found:
        return measured
    gains = np.array(list(found.values()))
    return measured.add(list(found), gains, _errors(gains, np.array(variances), len(seeds)))


def _errors(
    gains: Float[np.ndarray, "group task"],
    variances: Float[np.ndarray, "group task"],
    n_seeds: int,
) -> Float[np.ndarray, "group task"]:
    """Standard errors of the gains: the variance from seed to seed, pooled for each task."""
    known = np.isfinite(variances)
    count = known.sum(axis=0)
    pooled = np.where(known, variances, 0.0).sum(axis=0) / np.maximum(count, 1)
    error = np.where(count > 0, np.sqrt(pooled / n_seeds), np.nan)
    return np.where(np.isnan(gains), np.nan, error)
