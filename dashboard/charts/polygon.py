"""The outline a visitor draws on a picture: geometry goes up, never the points themselves."""

from typing import TypeAlias

import numpy as np
from jaxtyping import Bool, Float

Polygon: TypeAlias = tuple[tuple[float, float], ...]
"""Corners in the coordinates of the picture; the last joins the first."""


def inside(xy: Float[np.ndarray, "point 2"], polygon: Polygon) -> Bool[np.ndarray, " point"]:
    """Which points lie inside `polygon` by the even-odd rule; a million take under a second."""
    corners = np.asarray(polygon, dtype=float)
    near = ((xy >= corners.min(axis=0)) & (xy <= corners.max(axis=0))).all(axis=1)
    candidates = np.flatnonzero(near)
    x, y = xy[candidates, 0].astype(float), xy[candidates, 1].astype(float)
    odd = np.zeros(len(candidates), dtype=bool)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, 1, axis=0), strict=True):
        if y0 == y1:
            continue
        crosses = (y0 > y) != (y1 > y)
        odd ^= crosses & (x < (x1 - x0) * (y - y0) / (y1 - y0) + x0)
    found = np.zeros(len(xy), dtype=bool)
    found[candidates[odd]] = True
    return found
