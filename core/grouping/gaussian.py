"""Densities and covariances of the four kinds of Gaussian, for many mixtures at once."""

import numpy as np
from jaxtyping import Float

COVARIANCES = ("diag", "spherical", "tied", "full")


def log_density(
    points: Float[np.ndarray, "fit point dimension"],
    means: Float[np.ndarray, "fit component dimension"],
    spread: Float[np.ndarray, "fit component *dimensions"],
    covariance: str,
) -> Float[np.ndarray, "fit point component"]:
    """Log density of every point under every component."""
    constant = points.shape[2] * np.log(2 * np.pi)
    if covariance in ("diag", "spherical"):
        precision = 1 / spread
        distance = (
            points**2 @ np.swapaxes(precision, 1, 2)
            - 2 * points @ np.swapaxes(means * precision, 1, 2)
            + (means**2 * precision).sum(axis=2)[:, None, :]
        )
        return np.asarray(-0.5 * (constant + distance + np.log(spread).sum(axis=2)[:, None, :]))
    root, log_volume = _whiten(spread)
    white = points[:, None] @ root - means[:, :, None, :] @ root
    distance = np.einsum("fknd,fknd->fnk", white, white)
    return np.asarray(-0.5 * (constant + distance) - log_volume[:, None, :])


def second_moment_to_spread(
    points: Float[np.ndarray, "fit point dimension"],
    by_component: Float[np.ndarray, "fit component point"],
    count: Float[np.ndarray, "fit component"],
    means: Float[np.ndarray, "fit component dimension"],
    covariance: str,
    reg_covar: float,
) -> Float[np.ndarray, "fit component *dimensions"]:
    """Variances or covariance matrices of the components, `reg_covar` added to the diagonal."""
    n_fits, n_points, n_dims = points.shape
    if covariance in ("diag", "spherical"):
        square = by_component @ points**2 / count[:, :, None]
        variance = square - means**2 + reg_covar
        if covariance == "spherical":
            return np.broadcast_to(variance.mean(axis=2, keepdims=True), variance.shape).copy()
        return np.asarray(variance)
    ridge = reg_covar * np.eye(n_dims)
    outer = (points[..., :, None] * points[..., None, :]).reshape(n_fits, n_points, n_dims**2)
    if covariance == "tied":
        total = outer.sum(axis=1).reshape(n_fits, 1, n_dims, n_dims)
        between = np.einsum("fk,fkd,fke->fde", count, means, means)[:, None]
        tied = (total - between) / count.sum(axis=1)[:, None, None, None] + ridge
        return np.broadcast_to(tied, (*means.shape, n_dims)).copy()
    square = (by_component @ outer / count[:, :, None]).reshape(*means.shape, n_dims)
    return np.asarray(square - means[..., :, None] * means[..., None, :] + ridge)


def _whiten(
    spread: Float[np.ndarray, "fit component row column"],
) -> tuple[Float[np.ndarray, "fit component row column"], Float[np.ndarray, "fit component"]]:
    """The matrix that whitens (transposed inverse of the Cholesky factor), and the log of half
    the determinant. Written out over the few dimensions: LAPACK's call a matrix is too slow."""
    n_dims = spread.shape[-1]
    lower = np.zeros_like(spread)
    inverse = np.zeros_like(spread)
    for row in range(n_dims):
        for column in range(row):
            known = (lower[..., row, :column] * lower[..., column, :column]).sum(axis=-1)
            lower[..., row, column] = (spread[..., row, column] - known) / lower[
                ..., column, column
            ]
        lower[..., row, row] = np.sqrt(spread[..., row, row] - (lower[..., row, :row] ** 2).sum(-1))
        inverse[..., row, row] = 1 / lower[..., row, row]
        for column in range(row):
            known = (lower[..., row, :row] * inverse[..., :row, column]).sum(axis=-1)
            inverse[..., row, column] = -known / lower[..., row, row]
    log_volume = np.log(np.diagonal(lower, axis1=-2, axis2=-1)).sum(axis=-1)
    return np.swapaxes(inverse, -1, -2), log_volume
