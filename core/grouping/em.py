"""Expectation-maximisation of many Gaussian mixtures at once, vectorised over the fits.

The same updates, regularisation and stopping rule as scikit-learn's `GaussianMixture`, and equal
to it from the same start; one fit of that costs about a millisecond of overhead, which 200
bootstrap replicates × 10 numbers of groups × 4 covariances cannot afford.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from core.grouping.gaussian import log_density, second_moment_to_spread

TINY = 10 * float(np.finfo(np.float64).eps)


class Mixtures(NamedTuple):
    """Parameters of one mixture a fit. `spread` holds variances [fit, component, dimension] for
    spherical and diag, covariance matrices [fit, component, dimension, dimension] for full and
    tied (where every component has the same)."""

    weights: Float[np.ndarray, "fit component"]
    means: Float[np.ndarray, "fit component dimension"]
    spread: Float[np.ndarray, "fit component *dimensions"]


class Fitted(NamedTuple):
    """Where every fit ended; `lower_bound` is the mean log-likelihood of a point."""

    mixtures: Mixtures
    lower_bound: Float[np.ndarray, " fit"]


def expect(
    points: Float[np.ndarray, "fit point dimension"], mixtures: Mixtures, covariance: str
) -> tuple[Float[np.ndarray, "fit point component"], Float[np.ndarray, " fit"]]:
    """Responsibilities, and the mean log-likelihood of a point."""
    joint = log_density(points, mixtures.means, mixtures.spread, covariance)
    joint += np.log(mixtures.weights)[:, None, :]
    top = joint.max(axis=2, keepdims=True)
    share = np.exp(joint - top)
    total = share.sum(axis=2, keepdims=True)
    return share / total, (top + np.log(total)).mean(axis=(1, 2))


def maximise(
    points: Float[np.ndarray, "fit point dimension"],
    responsibility: Float[np.ndarray, "fit point component"],
    covariance: str,
    reg_covar: float,
) -> Mixtures:
    """The mixtures that the responsibilities call for."""
    count = responsibility.sum(axis=1) + TINY
    by_component = np.swapaxes(responsibility, 1, 2)
    means = by_component @ points / count[:, :, None]
    spread = second_moment_to_spread(points, by_component, count, means, covariance, reg_covar)
    return Mixtures(count / count.sum(axis=1, keepdims=True), means, spread)


def fit_many(
    points: Float[np.ndarray, "fit point dimension"],
    start: Mixtures,
    covariance: str,
    reg_covar: float,
    tolerance: float = 1e-3,
    max_steps: int = 100,
) -> Fitted:
    """Run every fit until its mean log-likelihood changes by less than `tolerance`."""
    weights, means, spread = (part.copy() for part in start)
    bound = np.full(len(points), -np.inf)
    active = np.arange(len(points))
    for _ in range(max_steps):
        now = Mixtures(weights[active], means[active], spread[active])
        responsibility, reached = expect(points[active], now, covariance)
        new = maximise(points[active], responsibility, covariance, reg_covar)
        weights[active], means[active], spread[active] = new
        moving = np.abs(reached - bound[active]) >= tolerance
        bound[active] = reached
        active = active[moving]
        if len(active) == 0:
            break
    return Fitted(Mixtures(weights, means, spread), bound)
