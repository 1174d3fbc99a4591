"""Block sums added up, once plainly and many times with the weights of a bootstrap."""

import numpy as np
from jaxtyping import Float

from core.affinity.base import LabelTotals, Totals
from core.values import Landscape


def add_up(
    landscape: Landscape, weights: Float[np.ndarray, "*replicate block"]
) -> tuple[Totals, LabelTotals]:
    """Totals for each row of block weights; weights of 1 give the point estimate."""

    def total(
        blocks: Float[np.ndarray, "block row column"],
    ) -> Float[np.ndarray, "*replicate row column"]:
        return np.asarray(np.tensordot(weights, blocks, axes=1))

    sums, labels = landscape.sums, landscape.label_sums
    return (
        Totals(total(sums.count), total(sums.distance), total(sums.mass), total(sums.abs_cosine)),
        LabelTotals(
            labels.task,
            total(labels.count),
            total(labels.total),
            total(labels.square),
            total(labels.product),
        ),
    )


def draw_weights(
    n_blocks: int, n_replicates: int, seed: int
) -> Float[np.ndarray, "replicate block"]:
    """How often each block is drawn in a bootstrap replicate: n_blocks draws with replacement."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(n_blocks, np.full(n_blocks, 1 / n_blocks), n_replicates).astype(float)
