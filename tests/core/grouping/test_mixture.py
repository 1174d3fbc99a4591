import warnings

import numpy as np
import pytest

from core.grouping.em import Mixtures, expect, fit_many
from core.grouping.gaussian import COVARIANCES
from core.grouping.mixture import Mixture, _precision
from core.grouping.starts import draw_starts

REG = 1e-3


def clouds(n_replicates, n_points=30, n_dims=3, seed=0):
    rng = np.random.default_rng(seed)
    centres = 2 * rng.normal(size=(3, n_dims))
    return centres[np.arange(n_points) % 3] + rng.normal(size=(n_replicates, n_points, n_dims))


def sklearn_from(points, start, covariance, n_components):
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    weights, means, spread = (part[0] for part in start)
    model = GaussianMixture(
        n_components,
        covariance_type=covariance,
        reg_covar=REG,
        weights_init=weights,
        means_init=means,
        precisions_init=_precision(spread, covariance),
        random_state=0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(points)


@pytest.mark.parametrize("n_components", [1, 3, 5])
@pytest.mark.parametrize("covariance", COVARIANCES)
def test_batched_fits_equal_scikit_learn_from_the_same_start(covariance, n_components):
    points = clouds(4)
    rng = np.random.default_rng(1)
    start = draw_starts(points[:1], n_components, covariance, REG, rng)
    many = Mixtures(*(np.repeat(part, 4, axis=0) for part in start))
    fitted = fit_many(points, many, covariance, REG)
    responsibility, _ = expect(points, fitted.mixtures, covariance)
    for place in range(4):
        oracle = sklearn_from(points[place], start, covariance, n_components)
        np.testing.assert_allclose(fitted.mixtures.means[place], oracle.means_, atol=1e-6)
        np.testing.assert_allclose(fitted.mixtures.weights[place], oracle.weights_, atol=1e-6)
        np.testing.assert_allclose(fitted.lower_bound[place], oracle.lower_bound_, atol=1e-6)
        np.testing.assert_allclose(
            responsibility[place], oracle.predict_proba(points[place]), atol=1e-6
        )


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_likelihood_never_falls(covariance):
    points = clouds(1)
    start = draw_starts(points, 3, covariance, REG, np.random.default_rng(0))
    bounds = [
        fit_many(points, start, covariance, REG, tolerance=0.0, max_steps=steps).lower_bound[0]
        for steps in range(1, 15)
    ]
    assert np.diff(bounds).min() > -1e-3  # the ridge on the covariance is outside the likelihood
    assert bounds[-1] > bounds[0]


def test_starts_are_as_many_clusters_as_asked_for():
    points = clouds(1)[0]
    start = draw_starts(np.stack([points] * 8), 3, "diag", REG, np.random.default_rng(0))
    assert start.means.shape == (8, 3, 3)
    np.testing.assert_allclose(start.weights.sum(axis=1), 1)
    assert len({tuple(np.sort(means[:, 0]).round(6)) for means in start.means}) > 1


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_the_fit_is_as_likely_as_scikit_learns_own_twenty_starts(covariance):
    from sklearn.mixture import GaussianMixture

    points = clouds(1, n_points=40)[0]
    ours = Mixture(reg_covar=REG)._fit(points, 3, covariance, np.random.default_rng(0))
    theirs = GaussianMixture(
        3, covariance_type=covariance, reg_covar=REG, n_init=20, random_state=0
    ).fit(points)
    assert ours.bic <= theirs.bic(points) + 0.02 * abs(theirs.bic(points))
