"""Formulas of the metrics, over many weightings of the rows at once.

Each takes labels [row], predictions [row, output] and weights [replicate, row] and returns one
number a replicate: a bootstrap replicate is a row of multiplicities. NaN where it is undefined.
Weights are read quickest where those of a row lie side by side in memory (`order="F"`).
"""

import numpy as np
from jaxtyping import Bool, Float, Int

Labels = Float[np.ndarray, " row"]
Prediction = Float[np.ndarray, "row output"]
Weights = Float[np.ndarray, "replicate row"]
Scores = Float[np.ndarray, " replicate"]

_PAIRS_AT_ONCE = 4_000_000
"""Pairs of rows held at once for the concordance index (ours)."""


def auroc(labels: Labels, prediction: Prediction, weights: Weights) -> Scores:
    """Area under the ROC curve: how often a positive is above a negative, ties count half.

    The weights of the larger class are added up to each row of the smaller one: what lies between
    two of them is one sum.
    """
    value, positive = prediction[:, 0], labels == 1
    if np.isnan(value).any() or positive.all() or not positive.any():
        return np.full(len(weights), np.nan)
    few, many = np.flatnonzero(positive), np.flatnonzero(~positive)
    if is_turned := len(few) > len(many):
        few, many = many, few
    many = many[np.argsort(value[many], kind="stable")]
    ordered = value[many]
    edges = np.stack([np.searchsorted(ordered, value[few], side) for side in ("left", "right")])
    starts = np.unique(np.append(edges, 0))
    starts = starts[starts < len(many)]
    up_to = np.zeros((len(starts) + 1, len(weights)))
    between = np.add.reduceat(take_rows(weights, many), starts, axis=0)
    np.cumsum(between, axis=0, out=up_to[1:])
    own = take_rows(weights, few)
    below, below_or_equal = (
        np.einsum("fr,fr->r", own, up_to[place]) for place in np.searchsorted(starts, edges)
    )
    pairs = own.sum(axis=0) * up_to[-1]
    won = (below + below_or_equal) / 2
    return _ratio(pairs - won if is_turned else won, pairs)


def auprc(labels: Labels, prediction: Prediction, weights: Weights) -> Scores:
    """Average precision: precision at every threshold, weighted by the recall it adds."""
    positive, negative = (part[:, ::-1] for part in _by_value(labels, prediction, weights))
    found = np.cumsum(positive, axis=1)
    named = found + np.cumsum(negative, axis=1)
    precision = np.divide(found, named, out=np.zeros_like(found), where=named > 0)
    total = np.where(negative.sum(axis=1) > 0, positive.sum(axis=1), 0.0)
    return _ratio((positive * precision).sum(axis=1), total)


def brier(labels: Labels, prediction: Prediction, weights: Weights) -> Scores:
    """Mean squared error of the probability of class 1."""
    return _mean((prediction[:, 0] - labels) ** 2, weights)


def balanced_accuracy(labels: Labels, prediction: Prediction, weights: Weights) -> Scores:
    """Mean recall of the classes that occur; a binary task is cut at probability 1/2."""
    named = prediction[:, 0] > 0.5 if prediction.shape[1] == 1 else prediction.argmax(axis=1)
    of_class = labels[:, None] == np.unique(labels)
    total = weights @ of_class.astype(np.float64)
    right = weights @ (of_class & (named == labels)[:, None]).astype(np.float64)
    occurs = total > 0
    recall = np.divide(right, total, out=np.zeros_like(right), where=occurs)
    n_classes = occurs.sum(axis=1)
    scores = _ratio(recall.sum(axis=1), np.where(n_classes > 1, n_classes, 0))
    return np.where(np.isnan(prediction).any(), np.nan, scores)


def rmse(labels: Labels, prediction: Prediction, weights: Weights) -> Scores:
    """Root of the mean squared error."""
    return np.asarray(np.sqrt(_mean((prediction[:, 0] - labels) ** 2, weights)))


def mae(labels: Labels, prediction: Prediction, weights: Weights) -> Scores:
    """Mean absolute error."""
    return _mean(np.abs(prediction[:, 0] - labels), weights)


def r2(labels: Labels, prediction: Prediction, weights: Weights) -> Scores:
    """Share of the variance explained; below 0 where the mean would do better."""
    middle = labels - labels.mean()  # so that the variance does not cancel
    centre = _mean(middle, weights)
    spread = ((middle - centre[:, None]) ** 2 * weights).sum(axis=1)
    spread = np.where(spread > 1e-24 * weights.sum(axis=1) * (labels**2).max(), spread, 0.0)
    return 1 - _ratio(weights @ (prediction[:, 0] - labels) ** 2, spread)


def c_index(labels: Labels, prediction: Prediction, weights: Weights) -> Scores:
    """Harrell's C: among pairs whose order is known, how often the earlier event had more risk.

    Labels are times, negative where the row was censored then. One output is the risk itself;
    several are chances of no event by the end of each interval, and the risk is how many intervals
    are expected to be lost. Of two equal times only an event and a censoring can be ordered. Equal
    risks count half. Harrell et al., JAMA 1982.
    """
    time, event = np.abs(labels), ~np.signbit(labels)
    risk = prediction[:, 0] if prediction.shape[1] == 1 else (1 - prediction).sum(axis=1)
    won, pairs = np.zeros(len(weights)), np.zeros(len(weights))
    step = max(1, _PAIRS_AT_ONCE // max(len(labels), 1))
    first = np.flatnonzero(event)  # only an event comes before another row for sure
    for start in range(0, len(first), step):
        part = first[start : start + step]
        later = time[part, None] < time
        later |= (time[part, None] == time) & ~event
        above = (risk[part, None] > risk) + 0.5 * (risk[part, None] == risk)
        pairs += ((weights[:, part] @ later.astype(np.float64)) * weights).sum(axis=1)
        won += ((weights[:, part] @ (later * above)) * weights).sum(axis=1)
    return np.where(np.isnan(risk).any(), np.nan, _ratio(won, pairs))


def take_rows(
    weights: Weights, rows: Int[np.ndarray, " taken"] | Bool[np.ndarray, " row"]
) -> Float[np.ndarray, "taken replicate"]:
    """The weights of some rows; quick where those of a row lie side by side in memory."""
    return np.asarray(weights.T[rows], dtype=np.float64)


def _by_value(
    labels: Labels, prediction: Prediction, weights: Weights
) -> tuple[Float[np.ndarray, "replicate value"], Float[np.ndarray, "replicate value"]]:
    """Weight of the positives and of the negatives at each distinct prediction, ascending."""
    order = np.argsort(prediction[:, 0], kind="stable")
    value = prediction[order, 0]
    first = np.flatnonzero(np.append(True, value[1:] != value[:-1]))
    ordered = weights[:, order].astype(np.float64)
    positive = labels[order] == 1
    if np.isnan(value).any():
        ordered = ordered * np.nan
    return (
        np.add.reduceat(ordered * positive, first, axis=1),
        np.add.reduceat(ordered * ~positive, first, axis=1),
    )


def _mean(values: Float[np.ndarray, " row"], weights: Weights) -> Scores:
    return _ratio(weights @ values, weights.sum(axis=1))


def _ratio(above: Scores, below: Scores) -> Scores:
    """NaN where nothing is below."""
    below = np.asarray(below, dtype=np.float64)
    ratio: np.ndarray = np.full(len(below), np.nan)
    np.divide(above, below, out=ratio, where=below > 0)
    return ratio
