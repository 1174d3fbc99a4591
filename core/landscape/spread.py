"""How much the random start matters: the spread over several of them."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from core.values import PairSums


def explain_spread(starts: Sequence[PairSums]) -> tuple[str, ...]:
    """A note on the standard deviation of a pair over the starts; none for one start.

    Distances are taken relative to the mean distance of their start, as their common scale
    cancels in the groups; cosines as they are.
    """
    shared = _shared_pairs(starts[0])
    if len(starts) < 2 or shared.sum() < 3:
        return ()
    distance = np.stack([_means(one, one.distance)[shared] for one in starts])
    cosine = np.stack([_means(one, one.abs_cosine)[shared] for one in starts])
    scale = distance.mean(axis=1, keepdims=True)
    if (scale == 0).any():
        return ()
    relative = distance / scale
    centre = relative.mean(axis=0)
    spread = relative.std(axis=0)[centre > 0] / centre[centre > 0]
    return (
        f"Over {len(starts)} random starts the relative distance of a pair varies by "
        f"{np.median(spread):.1%} and its |cosine| by {np.median(cosine.std(axis=0)):.3f} "
        "(standard deviation, median over pairs).",
    )


def _shared_pairs(sums: PairSums) -> np.ndarray:
    """Which pairs of two tasks share a sample."""
    return np.asarray(np.triu(sums.count.sum(axis=0) > 0, 1))


def _means(
    sums: PairSums, part: Float[np.ndarray, "block source target"]
) -> Float[np.ndarray, "source target"]:
    return np.asarray(part.sum(axis=0) / np.maximum(sums.count.sum(axis=0), 1.0))
