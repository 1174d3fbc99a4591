"""The Gaussian mixture on the task embedding."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from core.grouping.base import Grouper, Proposal
from core.grouping.em import Mixtures, expect, fit_many
from core.grouping.gaussian import COVARIANCES
from core.grouping.points import Reduced, reduce_points
from core.grouping.starts import draw_starts
from core.machine.threads import one_thread
from core.methods import knob
from core.progress import OnProgress
from core.values import Embedding, TaskGraph

FRESH_STARTS = 2
"""Starts of its own for each bootstrap replicate (ours): without any, a fit stays where the point
estimate was and noise looks stable."""


class Fit(NamedTuple):
    """One mixture of the point estimate."""

    mixtures: Mixtures
    responsibility: Float[np.ndarray, "task component"]
    bic: float
    aic: float


@dataclass(frozen=True)
class Mixture(Grouper):
    """Gaussian mixtures with every covariance asked for, at every number of groups (METHODS §4).

    scikit-learn's `GaussianMixture`, started from the best of `n_init` k-means++ starts that our
    batched EM ran side by side. Each bootstrap replicate is fitted again from the point estimate
    and from fresh starts of its own, and the likeliest fit is kept.
    """

    title = "Gaussian mixture"
    summary = "Soft groups: every group is a Gaussian cloud of tasks in the embedding."
    is_costly = True

    covariance: str = knob(
        "all",
        "Shape of the clouds; 'all' tries the four.",
        options=("all", *COVARIANCES),
    )
    max_groups: int = knob(
        0, "Largest number of groups tried; 0 takes 10, or twice the root of the tasks.", low=0
    )
    reg_covar: float = knob(
        1e-3, "Added to every variance of the unit-scale embedding.", low=1e-8, high=1.0
    )
    n_init: int = knob(20, "Random starts; the likeliest is kept.", low=1, high=200)

    def __call__(
        self,
        graph: TaskGraph,
        embedding: Embedding,
        n_groups: tuple[int, ...],
        seed: int,
        on_progress: OnProgress,
    ) -> Iterator[Proposal]:
        reduced = reduce_points(embedding)
        kinds = COVARIANCES if self.covariance == "all" else (self.covariance,)
        todo = [(k, kind) for k in n_groups for kind in kinds]
        for done, (n_components, kind) in enumerate(todo):
            rng = np.random.default_rng([seed, n_components, COVARIANCES.index(kind)])
            fit = self._fit(reduced.values, n_components, kind, rng)
            labels = _harden(fit.responsibility)[reduced.first_copy]
            yield Proposal(
                covariance=kind,
                n_components=n_components,
                labels=labels,
                membership=fit.responsibility[reduced.first_copy],
                bic=fit.bic,
                aic=fit.aic,
                replicate_labels=self._refit(reduced, fit.mixtures, kind, rng),
            )
            on_progress((done + 1) / len(todo), "fitting mixtures")

    def _fit(
        self,
        points: Float[np.ndarray, "task dimension"],
        n_components: int,
        covariance: str,
        rng: np.random.Generator,
    ) -> Fit:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.mixture import GaussianMixture

        many = np.broadcast_to(points, (self.n_init, *points.shape))
        start = draw_starts(many, n_components, covariance, self.reg_covar, rng)
        fitted = fit_many(many, start, covariance, self.reg_covar)
        best = int(fitted.lower_bound.argmax())
        weights, means, spread = (part[best] for part in fitted.mixtures)
        model = GaussianMixture(
            n_components,
            covariance_type=covariance,
            reg_covar=self.reg_covar,
            weights_init=weights / weights.sum(),
            means_init=means,
            precisions_init=_precision(spread, covariance),
            init_params="random_from_data",  # unused: the start is given
            random_state=0,
        )
        with warnings.catch_warnings(), one_thread():  # the import may just have brought threads
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(points)
        return Fit(
            Mixtures(model.weights_[None], model.means_[None], _spread(model, means.shape)[None]),
            model.predict_proba(points),
            float(model.bic(points)),
            float(model.aic(points)),
        )

    def _refit(
        self, reduced: Reduced, point: Mixtures, covariance: str, rng: np.random.Generator
    ) -> Int[np.ndarray, "replicate task"]:
        points = reduced.replicates
        n_replicates, n_points, _ = points.shape
        n_components = point.weights.shape[1]
        fresh = FRESH_STARTS if n_components > 1 and n_replicates else 0
        starts = [
            Mixtures(*(np.repeat(part, n_replicates, axis=0) for part in point)),
            *(
                draw_starts(points, n_components, covariance, self.reg_covar, rng)
                for _ in range(fresh)
            ),
        ]
        many = np.tile(points, (len(starts), 1, 1))
        start = Mixtures(*(np.concatenate(parts) for parts in zip(*starts, strict=True)))
        fitted = fit_many(many, start, covariance, self.reg_covar)
        labels = _harden(expect(many, fitted.mixtures, covariance)[0])
        best = fitted.lower_bound.reshape(len(starts), n_replicates).argmax(axis=0)
        place = best * n_replicates + np.arange(n_replicates)
        return np.asarray(labels[place].reshape(n_replicates, n_points))


def _harden(responsibility: Float[np.ndarray, "*stack component"]) -> Int[np.ndarray, "*stack"]:
    """The likeliest component; of equally likely ones the first, so that copies stay together."""
    return np.asarray(responsibility.round(6).argmax(axis=-1))


def _precision(spread: Float[np.ndarray, "component *dimensions"], covariance: str) -> np.ndarray:
    """Our covariances as scikit-learn's `precisions_init`."""
    if covariance == "diag":
        return np.asarray(1 / spread)
    if covariance == "spherical":
        return np.asarray(1 / spread[:, 0])
    return np.linalg.inv(spread[0] if covariance == "tied" else spread)


def _spread(model: Any, shape: tuple[int, ...]) -> np.ndarray:
    """scikit-learn's covariances as ours."""
    found = np.asarray(model.covariances_)
    if model.covariance_type == "spherical":
        return np.broadcast_to(found[:, None], shape).copy()
    if model.covariance_type == "tied":
        return np.broadcast_to(found, (*shape, shape[1])).copy()
    return found
