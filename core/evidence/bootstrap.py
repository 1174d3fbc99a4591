"""Paired bootstrap over test patients and training seeds at once (METHODS §6).

A replicate is a weight for every row (how often its patient was drawn) and for every seed. All
ways to train are re-weighted by the same replicate, so their differences are paired.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int


class Replicates(NamedTuple):
    """Weights of bootstrap re-runs; those of a row lie side by side in memory."""

    rows: Float[np.ndarray, "replicate row"]
    seeds: Float[np.ndarray, "replicate seed"]


def draw_replicates(
    patient: Int[np.ndarray, " row"], n_seeds: int, n_replicates: int, seed: int
) -> Replicates:
    """Draw patients with replacement (all rows of a patient together), and seeds.

    Few seeds drawn with replacement spread by (S − 1) / S too little; their weights are stretched
    about 1 / S so that the variance of a mean over seeds is that of S independent ones. A stretched
    weight may be below 0: the weights of a replicate still add up to 1.
    """
    rng = np.random.default_rng(seed)
    _, number = np.unique(patient, return_inverse=True)
    n_patients = int(number.max(initial=-1)) + 1
    drawn = rng.multinomial(n_patients, np.full(n_patients, 1 / n_patients), size=n_replicates)
    share = rng.multinomial(n_seeds, np.full(n_seeds, 1 / n_seeds), size=n_replicates) / n_seeds
    if n_seeds > 1:
        share = 1 / n_seeds + (share - 1 / n_seeds) * np.sqrt(n_seeds / (n_seeds - 1))
    return Replicates(np.asfortranarray(drawn[:, number], dtype=np.float64), share)


def mean_losses(
    losses: Float[np.ndarray, "seed row task"], replicates: Replicates
) -> Float[np.ndarray, "replicate task"]:
    """Mean loss of every task in each replicate; NaN losses (no label) carry no weight."""
    known = ~np.isnan(losses[0])
    weight = replicates.rows @ known
    by_seed = np.stack([replicates.rows @ np.where(known, one, 0.0) for one in losses], axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.einsum("rs,rst->rt", replicates.seeds, by_seed) / weight
    return np.where(weight > 0, mean, np.nan)


def interval(
    replicates: Float[np.ndarray, "replicate *shape"],
) -> tuple[Float[np.ndarray, "*shape"], Float[np.ndarray, "*shape"]]:
    """95 % percentile interval over the replicates that are defined; NaN where none is."""
    undefined = np.isnan(replicates).all(axis=0)
    filled = np.where(undefined, 0.0, replicates)
    low, high = np.nanquantile(filled, [0.025, 0.975], axis=0)
    return np.where(undefined, np.nan, low), np.where(undefined, np.nan, high)


def two_sided_p(
    replicates: Float[np.ndarray, "replicate *shape"],
) -> Float[np.ndarray, "*shape"]:
    """Twice the share of replicates on the rarer side of 0, one added; NaN where none is defined.

    Source: Davison & Hinkley 1997, *Bootstrap Methods and their Application*, §4.2.
    """
    known = ~np.isnan(replicates)
    n = known.sum(axis=0)
    below = (known & (replicates <= 0)).sum(axis=0)
    above = (known & (replicates >= 0)).sum(axis=0)
    p = np.minimum(1.0, 2 * (np.minimum(below, above) + 1) / (n + 1))
    return np.where(n > 0, p, np.nan)
