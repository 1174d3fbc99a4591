"""A task's main metric, signed so that larger is better."""

import numpy as np
from jaxtyping import Float, Int

from core.training import METRICS, Examples, main_metric


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
    labels = examples.centre[task] + examples.scale[task] * examples.labels[rows, task]
    used = None if weights is None else weights.T[known].T
    if not known.any() or metric.why_undefined(labels[known]):
        return np.full(1 if weights is None else len(weights), np.nan)
    score = metric.score(labels[known], predicted[known, : kind.n_outputs], used)
    return score if metric.higher_is_better else -score
