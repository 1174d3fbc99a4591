"""Searches side by side, against closed forms and against SciPy's own search."""

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

from core.landscape.quasi_newton import Slope, minimise


def nothing(share):
    """Tells nobody."""


def quadratic(seed, n_problems, size):
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(n_problems, size, size))
    bend = torch.from_numpy(root @ root.swapaxes(1, 2) + 0.1 * np.eye(size))
    return bend, torch.from_numpy(rng.normal(size=(n_problems, size)))


def slope_of(bend, goal, metric=1.0):
    def slope_at(place):
        gradient = (bend @ (place - goal).unsqueeze(2)).squeeze(2)
        return Slope(gradient, torch.full_like(place, metric))

    return slope_at


def test_the_minimum_of_a_quadratic_is_where_its_gradient_vanishes():
    bend, goal = quadratic(0, 5, 7)
    found = minimise(slope_of(bend, goal), torch.zeros_like(goal), 1e-9, 500, nothing)
    torch.testing.assert_close(found, goal, rtol=0, atol=1e-6)


def test_with_the_right_metric_one_step_is_enough():
    scale = torch.tensor([[1.0, 100.0, 1e-3], [2.0, 3.0, 4.0]], dtype=torch.float64)
    goal, asked = torch.ones_like(scale), []

    def slope_at(place):
        asked.append(place)
        return Slope(scale * (place - goal), scale)

    torch.testing.assert_close(minimise(slope_at, 0 * goal, 1e-9, 50, nothing), goal)
    assert len(asked) == 2


@pytest.mark.parametrize("metric", [1e-2, 1.0, 1e2])
def test_a_metric_that_is_wrong_by_far_leads_to_the_same_place(metric):
    bend, goal = quadratic(1, 3, 4)
    found = minimise(slope_of(bend, goal, metric), torch.zeros_like(goal), 1e-9, 2000, nothing)
    torch.testing.assert_close(found, goal, rtol=0, atol=1e-6)


def test_a_problem_takes_the_steps_that_it_takes_alone():
    bend, goal = quadratic(2, 4, 5)
    start = torch.zeros_like(goal)
    together = minimise(slope_of(bend, goal), start, 1e-6, 200, nothing)
    for k in range(4):
        one = slice(k, k + 1)
        alone = minimise(slope_of(bend[one], goal[one]), start[one], 1e-6, 200, nothing)
        torch.testing.assert_close(together[one], alone, rtol=0, atol=1e-5)


def test_steep_exponentials_are_not_overshot():
    """Σ cosh(rate · (x − goal)): a Newton step from far away is far too long, or far too short."""
    rate = torch.tensor([[1.0, 3.0], [8.0, 0.5]], dtype=torch.float64)
    goal = torch.tensor([[2.0, -1.0], [0.7, 5.0]], dtype=torch.float64)

    def slope_at(place):
        gap = rate * (place - goal)
        return Slope(rate * torch.sinh(gap), torch.full_like(place, 0.3))

    found = minimise(slope_at, torch.zeros_like(goal), 1e-10, 500, nothing)
    torch.testing.assert_close(found, goal, rtol=0, atol=1e-9)


def test_logistic_losses_end_where_scipy_ends():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(200, 6)), (rng.random((200, 3)) < [0.5, 0.1, 0.02]).astype(float)

    def loss(weight, labels):
        z = x @ weight
        value = (np.logaddexp(0, z) - labels * z).mean() + 0.05 * weight @ weight
        return value, x.T @ (1 / (1 + np.exp(-z)) - labels) / len(x) + 0.1 * weight

    fed, labels = torch.from_numpy(x), torch.from_numpy(y)

    def slope_at(place):
        chance = torch.sigmoid(fed @ place.T)
        gradient = (chance - labels).T @ fed / len(fed) + 0.1 * place
        return Slope(gradient, torch.full_like(place, 0.2))

    start = torch.zeros(3, 6, dtype=torch.float64)
    found = minimise(slope_at, start, 1e-9, 200, nothing).numpy()
    for weight, label in zip(found, y.T, strict=True):
        there = minimize(loss, np.zeros(6), (label,), jac=True, tol=1e-12)
        np.testing.assert_allclose(weight, there.x, atol=1e-6)


def test_a_problem_that_is_no_longer_finite_leaves_the_others_alone():
    bend, goal = quadratic(4, 2, 3)
    right = slope_of(bend, goal)

    def slope_at(place):
        gradient, curvature = right(place)
        gradient[0] = torch.nan
        return Slope(gradient, curvature)

    found = minimise(slope_at, torch.zeros_like(goal), 1e-9, 300, nothing)
    torch.testing.assert_close(found[1], goal[1], rtol=0, atol=1e-6)


def test_whoever_is_told_can_stop_it():
    bend, goal = quadratic(5, 2, 6)
    told = []

    def stop(share):
        told.append(share)
        if len(told) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        minimise(slope_of(bend, goal), torch.zeros_like(goal), 0.0, 10, stop)
    assert told == [0.0, 0.1, 0.2]
