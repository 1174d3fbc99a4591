"""Block sums added up, once plainly and many times with the weights of a bootstrap."""

import numpy as np
from jaxtyping import Float

from core.affinity.base import LabelTotals, Totals
from core.values import Landscape, PairSums


def add_up(
    landscape: Landscape, weights: Float[np.ndarray, "*replicate block"]
) -> tuple[Totals, LabelTotals]:
    """Totals for each row of block weights; weights of 1 give the point estimate."""

    def total(
        blocks: Float[np.ndarray, "block row column"],
    ) -> Float[np.ndarray, "*replicate row column"]:
        return np.asarray(np.tensordot(weights, blocks, axes=1))

    def of_pairs(
        blocks: Float[np.ndarray, "block source target"] | None,
    ) -> Float[np.ndarray, "*replicate source target"]:
        if blocks is None:
            return _unknown(weights, landscape)
        if landscape.sums.pairing == "matched":
            return total(blocks)
        own, counted = blocks.sum(axis=0), landscape.sums.count.sum(axis=0)
        return _of_crossed(total(blocks), own, total(landscape.sums.count), counted)

    sums, labels, ahead = landscape.sums, landscape.label_sums, landscape.look_ahead
    product = sums.mean_product
    return (
        Totals(
            count=of_pairs(sums.count),
            distance=of_pairs(sums.distance),
            mass=of_pairs(sums.mass),
            abs_cosine=of_pairs(sums.abs_cosine),
            cosine=of_pairs(sums.cosine),
            opposite=of_pairs(sums.opposite),
            mean_cosine=(
                of_pairs(None) if product is None else _mean_cosine(total(product), product)
            ),
            gain_ahead=of_pairs(None) if ahead is None else total(ahead.gain),
            pairing=sums.pairing,
        ),
        LabelTotals(
            labels.task,
            total(labels.count),
            total(labels.total),
            total(labels.square),
            total(labels.product),
        ),
    )


def add_up_refits(landscape: Landscape, refits: PairSums) -> tuple[Totals, LabelTotals]:
    """Totals of every refit; those of the labels are the point estimate's."""
    none = np.full_like(refits.count, np.nan)

    def known(part: np.ndarray | None) -> np.ndarray:
        return none if part is None else part

    labels = add_up(landscape, np.ones(landscape.sums.n_blocks))[1]
    return (
        Totals(
            count=refits.count,
            distance=known(refits.distance),
            mass=known(refits.mass),
            abs_cosine=known(refits.abs_cosine),
            cosine=known(refits.cosine),
            opposite=known(refits.opposite),
            mean_cosine=none,
            gain_ahead=none,
            pairing=refits.pairing,
        ),
        labels,
    )


def _unknown(
    weights: Float[np.ndarray, "*replicate block"], landscape: Landscape
) -> Float[np.ndarray, "*replicate source target"]:
    """NaN for a sum that was not made."""
    n_tasks = len(landscape.tasks)
    return np.broadcast_to(np.nan, (*weights.shape[:-1], n_tasks, n_tasks))


def _of_crossed(
    weighted: Float[np.ndarray, "*replicate source target"],
    plain: Float[np.ndarray, "source target"],
    weighted_count: Float[np.ndarray, "*replicate source target"],
    count: Float[np.ndarray, "source target"],
) -> Float[np.ndarray, "*replicate source target"]:
    """Σ_ij d_ij with w_i w_j on either side, such that its mean over as many pairs as there were
    is right to first order in the weights, from Σ_ij w_i d_ij (ours).

    The mean is what is linear here, not the sum and the count: of a few samples a task, the count
    to first order comes near 0 and a ratio of both goes anywhere.
    """
    whole, counted = (plain + plain.T) / 2, (count + count.T) / 2
    mean = np.divide(whole, counted, out=np.zeros_like(whole), where=counted > 0)
    return np.asarray(whole + _change(weighted, plain) - mean * _change(weighted_count, count))


def _change(
    weighted: Float[np.ndarray, "*replicate source target"],
    plain: Float[np.ndarray, "source target"],
) -> Float[np.ndarray, "*replicate source target"]:
    """What the weights of the source and those of the target change, one at a time."""
    return np.asarray(weighted + np.swapaxes(weighted, -1, -2) - plain - plain.T)


def _mean_cosine(
    weighted: Float[np.ndarray, "*replicate source target"],
    product: Float[np.ndarray, "block source target"],
) -> Float[np.ndarray, "*replicate source target"]:
    """Cosine of re-weighted sums, to first order in their change (ours).

    `weighted` are the inner products with the source alone re-weighted. With M + dM for M the
    product changes by ⟨dM_s, M_t⟩ + ⟨M_s, dM_t⟩, and the cosine c by change / scale − c/2 · (the
    relative changes of both squares).
    """
    whole = product.sum(axis=0)
    plain = (whole + whole.T) / 2
    change = weighted + np.swapaxes(weighted, -1, -2) - 2 * plain
    square = np.diagonal(plain)
    scale = np.sqrt(np.outer(square, square))
    cosine = np.divide(plain, scale, out=np.eye(len(plain)), where=scale > 0)
    relative = np.divide(change, scale, out=np.zeros_like(change), where=scale > 0)
    own = np.diagonal(relative, axis1=-2, axis2=-1)
    moved = relative - cosine * (own[..., :, None] + own[..., None, :]) / 2
    return np.asarray(np.clip(cosine + moved, -1.0, 1.0))


def draw_weights(
    n_blocks: int, n_replicates: int, seed: int
) -> Float[np.ndarray, "replicate block"]:
    """How often each block is drawn in a bootstrap replicate: n_blocks draws with replacement."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(n_blocks, np.full(n_blocks, 1 / n_blocks), n_replicates).astype(float)
