"""Several k-means++ starts of a mixture at once."""

import numpy as np
from jaxtyping import Float

from core.grouping.em import Mixtures, maximise

LLOYD_STEPS = 10


def draw_starts(
    points: Float[np.ndarray, "start point dimension"],
    n_components: int,
    covariance: str,
    reg_covar: float,
    rng: np.random.Generator,
) -> Mixtures:
    """Mixtures of hard k-means clusters: k-means++ seeds, then a few Lloyd steps, each start on
    its own points."""
    centres = _spread_out(points, n_components, rng)
    for _ in range(LLOYD_STEPS):
        hard = _nearest(points, centres)
        count = hard.sum(axis=1)[:, :, None]
        moved = np.swapaxes(hard, 1, 2) @ points / np.maximum(count, 1)
        moved = np.where(count > 0, moved, centres)
        if np.array_equal(moved, centres):
            break
        centres = moved
    return maximise(points, _nearest(points, centres), covariance, reg_covar)


def _spread_out(
    points: Float[np.ndarray, "start point dimension"],
    n_components: int,
    rng: np.random.Generator,
) -> Float[np.ndarray, "start component dimension"]:
    """k-means++ (Arthur & Vassilvitskii 2007): each next centre drawn by its squared distance."""
    n_starts, n_points, _ = points.shape
    every = np.arange(n_starts)
    chosen = rng.integers(n_points, size=n_starts)
    centres = [points[every, chosen]]
    nearest = np.full((n_starts, n_points), np.inf)
    for _ in range(1, n_components):
        gap = ((points - centres[-1][:, None]) ** 2).sum(axis=2)
        nearest = np.minimum(nearest, gap + 1e-12)
        cumulated = np.cumsum(nearest, axis=1)
        draw = rng.random((n_starts, 1)) * cumulated[:, -1:]
        centres.append(points[every, (cumulated < draw).sum(axis=1)])
    return np.stack(centres, axis=1)


def _nearest(
    points: Float[np.ndarray, "start point dimension"],
    centres: Float[np.ndarray, "start component dimension"],
) -> Float[np.ndarray, "start point component"]:
    gap = (centres**2).sum(axis=2)[:, None, :] - 2 * points @ np.swapaxes(centres, 1, 2)
    return np.asarray(gap.argmin(axis=2)[:, :, None] == np.arange(centres.shape[1]), dtype=float)
