"""What groups that nobody trained yet would gain: a ridge regression with its uncertainty.

The ridge of METHODS §7 in its Gaussian-process form: every part of a gain (task, partner, size,
pair, affinity) has a prior variance, which is the inverse of its penalty, and the penalties are
chosen by leaving one measured group out (`tune`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from core.evidence.search.kernel import Penalties, Places, covariance, variance
from core.evidence.search.measured import Group, Measured, membership
from core.evidence.search.observed import Observed, make_places, observe, standardise
from core.evidence.search.tune import tune
from core.machine.threads import one_thread

_JITTER = 1e-9
_AT_ONCE = 1000
"""Places that are foretold at once, so that memory stays bounded (ours)."""


@dataclass(frozen=True)
class Surrogate:
    """A fitted surrogate. `factor` is the Cholesky factor of the observed covariance."""

    observed: Observed
    penalties: Penalties
    affinity: Float[np.ndarray, "task partner"]
    factor: Float[np.ndarray, "place place"]
    weights: Float[np.ndarray, " place"]
    measured: Measured

    def places_of(
        self, member: Bool[np.ndarray, "group task"]
    ) -> tuple[Int[np.ndarray, " place"], Int[np.ndarray, " place"]]:
        """Rows and tasks of the members whose gain is not 0 by definition."""
        row, task = np.nonzero(member & (member.sum(axis=1) >= self.measured.fewest)[:, None])
        return row, task

    def predict(
        self, groups: Sequence[Group]
    ) -> tuple[Float[np.ndarray, "group task"], Float[np.ndarray, "group task"]]:
        """Mean gain and its standard error for every member; NaN outside a group.

        A group of one gains 0 for sure, where gains are against it. A measured group gains what
        was measured, less what its standard error leaves open.
        """
        member = membership(groups, len(self.affinity))
        mean = np.where(member, 0.0, np.nan)
        error = mean.copy()
        row, task = self.places_of(member)
        for start in range(0, len(row), _AT_ONCE):
            at = row[start : start + _AT_ONCE], task[start : start + _AT_ONCE]
            expected, spread = self._foretell(make_places(member, *at, self.affinity))
            mean[at] = expected * self.observed.scale[at[1]]
            error[at] = np.sqrt(np.maximum(spread, 0)) * self.observed.scale[at[1]]
        return mean, error

    def _foretell(
        self, places: Places
    ) -> tuple[Float[np.ndarray, " place"], Float[np.ndarray, " place"]]:
        """Mean and variance at some places, in scaled units."""
        from scipy.linalg import solve_triangular

        cross = self._cross(places)
        half = solve_triangular(self.factor, cross.T, lower=True, check_finite=False)
        spread = variance(places, self.penalties) + self.penalties.own - (half**2).sum(axis=0)
        return cross @ self.weights, spread

    def draw(
        self, groups: Sequence[Group], n_draws: int, rng: np.random.Generator
    ) -> tuple[Float[np.ndarray, "group task"], Float[np.ndarray, "group task draw"]]:
        """The mean gains of some groups and joint draws of them from the posterior."""
        from scipy.linalg import solve_triangular

        member = membership(groups, len(self.affinity))
        at = self.places_of(member)
        places = make_places(member, at[0], at[1], self.affinity)
        cross = self._cross(places)
        half = solve_triangular(self.factor, cross.T, lower=True, check_finite=False)
        joint = covariance(places, places, self.penalties) - half.T @ half
        joint[np.diag_indices_from(joint)] += self.penalties.own
        scale, mean = self.observed.scale[at[1]], cross @ self.weights
        means = np.where(member, 0.0, np.nan)
        gains = np.repeat(means[:, :, None], n_draws, axis=2)
        means[at] = mean * scale
        gains[at] = _normal(mean, joint, n_draws, rng) * scale[:, None]
        return means, gains

    def settled(self) -> Float[np.ndarray, "group task"]:
        """The measured gains, drawn towards what the model expects where their standard errors
        are known; as measured elsewhere."""
        expected, _ = self.predict(self.measured.groups)
        uncertain = np.isfinite(self.measured.errors) & np.isfinite(self.measured.gains)
        return np.asarray(np.where(uncertain, expected, self.measured.gains))

    def _cross(self, places: Places) -> Float[np.ndarray, "place observed"]:
        """Covariance with the observed places; their own part where it is the same place."""
        seen = self.observed.places
        cross = covariance(places, seen, self.penalties)
        same = places.task[:, None] == seen.task[None]
        differ = places.count[:, None] + seen.count[None] - 2 * places.partners @ seen.partners.T
        return np.asarray(cross + self.penalties.own * (same & (differ == 0)))


def fit_surrogate(
    measured: Measured,
    affinity: Float[np.ndarray, "task partner"] | None = None,
    penalties: Penalties | None = None,
) -> Surrogate:
    """The surrogate of what was measured; penalties are cross-validated when None.

    Args:
        measured: groups with their gains; smaller ones than `fewest` say nothing here.
        affinity: how alike two tasks are (any units), a feature of the prior; none when None.
        penalties: to be kept as they are.
    """
    n_tasks = len(measured.task_names)
    prior = standardise(np.zeros((n_tasks, n_tasks)) if affinity is None else affinity)
    observed = observe(measured, prior)
    with one_thread():
        chosen = tune(observed) if penalties is None else penalties
        factor, weights = solve(observed, chosen)
    return Surrogate(observed, chosen, prior, factor, weights, measured)


def solve(
    observed: Observed, penalties: Penalties
) -> tuple[Float[np.ndarray, "place place"], Float[np.ndarray, " place"]]:
    """The Cholesky factor of the covariance of the observed values, and its inverse times them."""
    from scipy.linalg import cho_solve, cholesky

    joint = covariance(observed.places, observed.places, penalties)
    joint[np.diag_indices_from(joint)] += penalties.own + observed.noise + _JITTER
    factor = cholesky(joint, lower=True, check_finite=False)
    return factor, cho_solve((factor, True), observed.values, check_finite=False)


def _normal(
    mean: Float[np.ndarray, " place"],
    joint: Float[np.ndarray, "place place"],
    n_draws: int,
    rng: np.random.Generator,
) -> Float[np.ndarray, "place draw"]:
    from scipy.linalg import cholesky

    lift = 1e-6 * max(float(np.mean(np.diag(joint))), 1e-6) if len(joint) else 0.0
    joint[np.diag_indices_from(joint)] += lift
    factor = cholesky(joint, lower=True, check_finite=False)
    return np.asarray(mean[:, None] + factor @ rng.standard_normal((len(mean), n_draws)))
