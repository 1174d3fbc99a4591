"""How many neighbours in a map were neighbours before (Venna & Kaski 2001, equation 1)."""

import numpy as np
from jaxtyping import Float

CELLS = 2**22
"""Distances at a time (32 MB)."""


def trustworthiness(
    points: Float[np.ndarray, "point coordinate"], xy: Float[np.ndarray, "point 2"], k: int
) -> float:
    """1 where the k nearest of every point in the map were its k nearest; each other one counts by
    how far beyond it ranked.

    The rank of a neighbour is one more than the number of points that are nearer, so that points
    at one place share theirs.

    Args:
        points: at least three.
        xy: where the map puts them.
        k: neighbours looked at, below half of the points.
    """
    n, step = len(points), max(1, CELLS // len(points))
    beyond = 0
    for start in range(0, n, step):
        rows = np.arange(start, min(start + step, n))
        nearest = np.argpartition(_distances(xy, rows), k - 1, axis=1)[:, :k]
        apart = _distances(points, rows)
        for place in nearest.T:
            distance = apart[np.arange(len(rows)), place]
            rank = (apart < distance[:, None]).sum(axis=1) + 1
            beyond += int(np.maximum(rank - k, 0).sum())
    return 1.0 - 2.0 * beyond / (n * k * (2 * n - 3 * k - 1))


def _distances(
    points: Float[np.ndarray, "point coordinate"], rows: np.ndarray
) -> Float[np.ndarray, "row point"]:
    """Squared distances of some points to all others; infinite to themselves."""
    size = (points**2).sum(axis=1)
    found = size[rows, None] + size - 2 * points[rows] @ points.T
    found[np.arange(len(rows)), rows] = np.inf
    return np.asarray(found)
