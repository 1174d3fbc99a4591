"""A task's main metric, signed so that larger is better; and every other one as it reads."""

import numpy as np
from jaxtyping import Float, Int

from core.training import METRICS, Examples, Metric, main_metric


def score_task(
    examples: Examples,
    task: int,
    rows: Int[np.ndarray, " row"],
    predicted: Float[np.ndarray, "row output"],
    weights: Float[np.ndarray, "replicate row"] | None = None,
) -> Float[np.ndarray, " replicate"]:
    """The main metric of predictions under every weighting of the rows; one number without any.

    NaN where the metric is undefined for the labels of these rows, or a prediction is missing.
    """
    kind = examples.tasks[task]
    metric = METRICS[main_metric(kind.kind)]
    known = examples.known[rows, task]
    labels = _labels(examples, task, rows)[known]
    used = None if weights is None else weights.T[known].T
    if not known.any() or metric.why_undefined(labels):
        return np.full(1 if weights is None else len(weights), np.nan)
    score = metric.score(labels, predicted[known, : kind.n_outputs], used)
    return score if metric.higher_is_better else -score


def score_every_way(
    examples: Examples,
    task: int,
    rows: Int[np.ndarray, " row"],
    predicted: Float[np.ndarray, "row output"],
) -> Float[np.ndarray, " scored"]:
    """Every metric of `METRICS` as it reads itself; NaN where it does not judge the task's kind, or
    is undefined for these labels."""
    labels = _labels(examples, task, rows)
    outputs = predicted[:, : examples.tasks[task].n_outputs]
    return np.array(
        [
            float(metric.score(labels, outputs)[0])
            if _judges(metric, examples, task, labels)
            else np.nan
            for metric in METRICS.values()
        ]
    )


def chance_every_way(
    examples: Examples, rows: Int[np.ndarray, " row"]
) -> Float[np.ndarray, "task scored"]:
    """The scores of predictions that know the distribution of these labels only."""
    found = np.full((len(examples.tasks), len(METRICS)), np.nan)
    for task in range(len(examples.tasks)):
        labels = _labels(examples, task, rows)
        for number, metric in enumerate(METRICS.values()):
            if _judges(metric, examples, task, labels):
                found[task, number] = metric.chance(labels)
    return found


def _labels(
    examples: Examples, task: int, rows: Int[np.ndarray, " row"]
) -> Float[np.ndarray, " row"]:
    """In the task's own units, NaN where missing."""
    labels = examples.centre[task] + examples.scale[task] * examples.labels[rows, task]
    return np.asarray(np.where(examples.known[rows, task], labels, np.nan))


def _judges(
    metric: Metric, examples: Examples, task: int, labels: Float[np.ndarray, " row"]
) -> bool:
    return examples.tasks[task].kind in metric.kinds and not metric.why_undefined(labels)
