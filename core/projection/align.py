"""One map laid over another: turned, mirrored, scaled and moved, never bent."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float


class Aligned(NamedTuple):
    """A map in the frame of another; `alike` is the share of the other's spread that it explains,
    1 for the same map and about 0 for one that has nothing in common with it."""

    xy: Float[np.ndarray, "point 2"]
    alike: float


def align_map(xy: Float[np.ndarray, "point 2"], onto: Float[np.ndarray, "point 2"]) -> Aligned:
    """Bring a map into the frame of another of the same points (Procrustes; Schönemann 1966).

    Args:
        xy: places of the points on the map that is moved.
        onto: places of the same points on the other.
    """
    middle, goal = xy.mean(axis=0), onto.mean(axis=0)
    moved, target = xy - middle, onto - goal
    size, spread = float((moved**2).sum()), float((target**2).sum())
    if not size or not spread:
        return Aligned(np.asarray(moved + goal), 1.0 if size == spread else 0.0)
    left, strength, right = np.linalg.svd(moved.T @ target)
    turned = moved @ (left @ right) * (strength.sum() / size)
    return Aligned(np.asarray(turned + goal), float(strength.sum() ** 2 / (size * spread)))
