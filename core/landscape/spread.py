"""How much the random start matters: the spread over several of them."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from core.values import PairSums


def explain_spread(starts: Sequence[PairSums], is_drawn: bool) -> tuple[str, ...]:
    """A note on the standard deviation of a pair over the starts, or that one says nothing of
    others; none where no start is drawn.

    Distances are taken relative to the mean distance of their start, as their common scale
    cancels in the groups; cosines as they are. Of the sums that were made.
    """
    if is_drawn and len(starts) == 1:
        return (
            "One random start was measured: intervals and re-runs tell of other patients, not of "
            "another start.",
        )
    shared = np.triu(starts[0].count.sum(axis=0) > 0, 1)
    if len(starts) < 2 or shared.sum() < 3:
        return ()
    distances = [_means(one, one.distance)[shared] for one in starts]
    cosines = [_means(one, one.abs_cosine)[shared] for one in starts]
    parts = []
    if starts[0].distance is not None and all(one.any() for one in distances):
        relative = np.stack([one / one.mean() for one in distances])
        centre = relative.mean(axis=0)
        spread = relative.std(axis=0)[centre > 0] / centre[centre > 0]
        parts.append(f"the relative distance of a pair varies by {np.median(spread):.1%}")
    if starts[0].abs_cosine is not None:
        spread = np.median(np.std(cosines, axis=0))
        parts.append(f"the |cosine| of a pair varies by {spread:.3f}")
    if not parts:
        return ()
    return (
        f"Over {len(starts)} random starts {' and '.join(parts)} "
        "(standard deviation, median over pairs).",
    )


def _means(
    sums: PairSums, part: Float[np.ndarray, "block source target"] | None
) -> Float[np.ndarray, "source target"]:
    total = np.zeros_like(sums.count[0]) if part is None else part.sum(axis=0)
    return np.asarray(total / np.maximum(sums.count.sum(axis=0), 1.0))
