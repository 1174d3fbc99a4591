"""Time to event as a row of yes-or-no questions: the discrete-time logistic hazard.

Time is cut into `N_INTERVALS` at quantiles of the event times. In every interval a row is asked,
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

N_INTERVALS = 10
"""Intervals that time is cut into, so outputs of the head of such a task (ours)."""


def interval_edges(
    labels: Float[np.ndarray, " row"], n_intervals: int = N_INTERVALS
) -> Float[np.ndarray, " edge"]:
    """The n − 1 inner edges: quantiles of the event times, so that every interval has its events.

    Interval j reaches from edge j − 1 (0 for the first), exclusive, to edge j, inclusive; the last
    has no end. Where many events share a time, edges coincide and the intervals between stay empty.

    Args:
        labels: signed times of the training rows.
        n_intervals: how many intervals.

    Raises:
        ValueError: no row has a label.
    """
    times = labels[labels > 0]
    if not len(times):
        times = np.abs(labels[~np.isnan(labels)])
    if not len(times):
        raise ValueError("no row has a time, so there is nothing to cut into intervals")
    shares = np.arange(1, n_intervals) / n_intervals
    return np.asarray(np.quantile(times, shares), dtype=np.float64)


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
    event: Bool[np.ndarray, "row interval"], at_risk: Bool[np.ndarray, "row interval"]
) -> Float[np.ndarray, " interval"]:
    """Logits of the best constant predictor: of the events among those at risk, by interval.

    Shares are kept half a row away from 0 and 1 (ours); an interval with nobody at risk is 0.
    """
    n_at_risk = at_risk.sum(axis=0).astype(np.float64)
    n_events = np.clip(event.sum(axis=0), 0.5, np.maximum(n_at_risk - 0.5, 0.5))
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
