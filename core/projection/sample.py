"""A fair draw of the points to show."""

import numpy as np
from jaxtyping import Int

from core.values import Points


def draw_sample(points: Points, limit: int | None, seed: int) -> Int[np.ndarray, " shown"]:
    """At most `limit` points, ascending; every task and label keeps its share (± 1).

    The points are ordered by task and label, shuffled within, and taken at equal steps.
    """
    n = len(points.sketch)
    if limit is None or n <= limit:
        return np.arange(n)
    rng = np.random.default_rng(seed)
    order = np.lexsort((rng.random(n), points.label, points.task))
    places = ((np.arange(limit) + rng.random()) * n / limit).astype(int)
    return np.sort(order[np.minimum(places, n - 1)])
