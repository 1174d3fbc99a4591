"""Time to event as a row of yes-or-no questions: the discrete-time logistic hazard.

Time is cut into `N_INTERVALS` near quantiles of the event times. In every interval a row is asked,
while it is still at risk: does the event happen now? The answers are independent given the hazards,
so the likelihood of a row is a product of Bernoulli terms (Singer & Willett 1993; as a network's
loss: Gensheimer & Narasimhan 2019, arXiv 1805.00917):

    loss_i = Σ_j at_risk_ij · [softplus(z_ij) − event_ij · z_ij],   hazard_ij = sigmoid(z_ij)

Times are signed: +t the event happened at t, −t the row was censored at t, NaN it is unknown. A
censored row counts as at risk in the whole interval in which it was censored, as Kaplan and Meier
count ties.
"""

import numpy as np
from jaxtyping import Bool, Float, Int

from core.fewest import FEWEST_SHOWN

N_INTERVALS = 10
"""Intervals that time is cut into, so outputs of the head of such a task (ours)."""


def interval_edges(
    labels: Float[np.ndarray, " row"],
    n_intervals: int = N_INTERVALS,
    patient: Int[np.ndarray, " row"] | None = None,
) -> Float[np.ndarray, " edge"]:
    """The n − 1 inner edges near quantiles of the event times, so that every interval has events.

    A quantile is the time of one patient, and whoever has the model has its edges. So each is the
    mean of the events around the quantile, as many as are of 11 patients everywhere. No event is in
    two of these means, or their difference would tell of fewer: few events are cut at fewer places,
    and edges coincide (ours).

    Interval j reaches from edge j − 1 (0 for the first), exclusive, to edge j, inclusive; the last
    has no end. Where many events share a time, edges coincide and the intervals between stay empty.

    Args:
        labels: signed times of the training rows.
        n_intervals: how many intervals.
        patient: whose each row is; each of its own when None.

    Raises:
        ValueError: no row has a label.
    """
    if np.isnan(labels).all():
        raise ValueError("no row has a time, so there is nothing to cut into intervals")
    whose = np.arange(len(labels)) if patient is None else patient
    for rows in (labels > 0, ~np.isnan(labels)):
        order = np.argsort(np.abs(labels[rows]), kind="stable")
        times, of = np.abs(labels[rows])[order], whose[rows][order]
        if len(np.unique(of)) >= FEWEST_SHOWN:
            means = next(
                means
                for n_means in range(n_intervals - 1, 0, -1)
                if len(means := _means_around(times, of, n_means))
            )
            places = np.linspace(0, len(means) - 1, n_intervals - 1).round().astype(int)
            return np.asarray(means[places])
    return np.full(n_intervals - 1, np.exp2(np.round(np.log2(times.mean()))))


def _means_around(
    times: Float[np.ndarray, " event"], patient: Int[np.ndarray, " event"], n_means: int
) -> Float[np.ndarray, " edge"]:
    """Of ascending times, the mean around so many quantiles; of as many for all, so means ascend.

    Empty where an event would be in two means; around one quantile there always is a mean.
    """
    n, width = len(times), FEWEST_SHOWN
    shares = np.arange(1, n_means + 1) / (n_means + 1)
    while True:
        starts = np.round(shares * (n - 1) - (width - 1) / 2).astype(int).clip(0, n - width)
        if (np.diff(starts) < width).any():
            return np.zeros(0)
        around = [slice(start, start + width) for start in starts]
        if all(len(np.unique(patient[one])) >= FEWEST_SHOWN for one in around):
            break
        width = min(n, 2 * width)
    means = [np.clip(times[one].mean(), *times[one][[0, -1]]) for one in around]
    return np.maximum.accumulate(np.array(means, dtype=np.float64))


def interval_of(
    labels: Float[np.ndarray, " row"], edges: Float[np.ndarray, " edge"]
) -> Int[np.ndarray, " row"]:
    """The interval that each row's time lies in; 0 where it is unknown."""
    times = np.nan_to_num(np.abs(labels), nan=0.0)
    return np.asarray(np.searchsorted(edges, times, side="left"))


def hazard_targets(
    labels: Float[np.ndarray, " row"], edges: Float[np.ndarray, " edge"]
) -> tuple[Bool[np.ndarray, "row interval"], Bool[np.ndarray, "row interval"]]:
    """Whether the event happened in an interval, and whether the row was still at risk in it.

    Nothing is at risk where the label is NaN, so such rows have no loss.
    """
    last = interval_of(labels, edges)[:, None]
    interval = np.arange(len(edges) + 1)
    event = (interval == last) & (labels > 0)[:, None]
    at_risk = (interval <= last) & ~np.isnan(labels)[:, None]
    return event, at_risk


def base_logits(
    event: Bool[np.ndarray, "row interval"],
    at_risk: Bool[np.ndarray, "row interval"],
    count: Float[np.ndarray, " row"] | None = None,
) -> Float[np.ndarray, " interval"]:
    """Logits of the best constant predictor: of the events among those at risk, by interval.

    Shares are kept half a row away from 0 and 1 (ours); an interval with nobody at risk is 0.

    Args:
        event, at_risk: as of `hazard_targets`.
        count: how many rows each row stands for; one when None.
    """
    count = np.ones(len(event)) if count is None else count
    n_at_risk = count @ at_risk
    n_events = np.clip(count @ event, 0.5, np.maximum(n_at_risk - 0.5, 0.5))
    n_others = np.where(n_at_risk > 0, np.maximum(n_at_risk - n_events, 0.5), n_events)
    return np.asarray(np.log(n_events) - np.log(n_others))


def hazard_loss(
    logits: Float[np.ndarray, "row interval"],
    event: Bool[np.ndarray, "row interval"],
    at_risk: Bool[np.ndarray, "row interval"],
) -> Float[np.ndarray, " row"]:
    """Negative log-likelihood of each row in natural units, 0 for a row without a label."""
    terms = np.logaddexp(0.0, logits) - event * logits
    return np.asarray(np.where(at_risk, terms, 0.0).sum(axis=1))


def survival(logits: Float[np.ndarray, "row interval"]) -> Float[np.ndarray, "row interval"]:
    """Chance of no event by the end of each interval: Π_{k≤j} (1 − hazard_k)."""
    return np.asarray(np.exp(-np.cumsum(np.logaddexp(0.0, logits), axis=1)))
