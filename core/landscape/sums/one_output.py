"""All tasks on one shared output: every displacement on a sample is a multiple of the same one.

With Δ_it = −r_it J_i, a pair of tasks costs nothing beyond the residuals r: the backward pass is
run once, whatever the number of tasks. Two binary tasks with other labels pull opposite ways, so
their distance is |r_is| + |r_it|; with equal labels it is | |r_is| − |r_it| |, whose sign is that
of the tasks' biases on every row. So the sums over rows are products of 0/1 matrices (ours).
"""

from typing import TYPE_CHECKING

from jaxtyping import Bool, Float

from core.landscape.heads import Heads
from core.landscape.terms import SUMS, PairTerms, assemble, gram

if TYPE_CHECKING:
    from torch import Tensor


_OTHERS = frozenset(SUMS) - {"distance", "mean_product"}


def terms_of_one_output(
    heads: Heads,
    features: "Float[Tensor, 'row width']",
    strength: "Float[Tensor, ' row']",
    value: "Float[Tensor, 'row task']",
    known: "Bool[Tensor, 'row task'] | Bool[Tensor, 'row 1']",
    piece: int,
    reads: frozenset[str],
) -> PairTerms:
    """The terms of heads that share one output; see `core.landscape.sums.closed_form.pair_terms`.

    `strength` is ‖J‖₁ of every row, from one backward pass of the head's weights.
    """
    n_tasks = value.shape[1]
    mask = known.to(value.dtype)
    pull = mask * strength.unsqueeze(1)
    n_shared = gram(mask, mask, piece).expand(-1, n_tasks, n_tasks)
    if heads.one_bias and heads.all_binary and not reads & _OTHERS:
        distance = _label_distances(value, mask, pull, piece) if "distance" in reads else None
        return assemble(n_shared, distance)
    residual = heads.residuals(heads.logits(features), value)[..., 0]
    signed = residual * pull
    distance = one_sided = moves = agree = None
    if "distance" in reads:
        distance = _binary_distances(heads, signed, value, mask, piece)
        _fill_other_distances(distance, heads.not_binary, signed, mask, piece)
    if "mass" in reads:
        one_sided = gram(signed.abs(), mask, piece).expand(-1, -1, n_tasks)
    if reads & {"abs_cosine", "cosine", "opposite"}:
        sign = signed.sign()
        agree = gram(sign, sign, piece)
        moves = gram(sign.abs(), sign.abs(), piece) if "abs_cosine" in reads else None
    return assemble(n_shared, distance, one_sided, moves, agree, agree)


def _label_distances(
    value: "Float[Tensor, 'row task']",
    mask: "Float[Tensor, 'row task'] | Float[Tensor, 'row 1']",
    pull: "Float[Tensor, 'row task'] | Float[Tensor, 'row 1']",
    piece: int,
) -> "Float[Tensor, 'piece source target']":
    """Distances of binary tasks with one bias: ‖J‖₁ where the labels differ, as |r| + |r| is 1."""
    differ = gram(value * pull, mask - value * mask, piece)
    return differ + differ.transpose(1, 2)


def _binary_distances(
    heads: Heads,
    signed: "Float[Tensor, 'row task']",
    value: "Float[Tensor, 'row task']",
    mask: "Float[Tensor, 'row task'] | Float[Tensor, 'row 1']",
    piece: int,
) -> "Float[Tensor, 'piece source target']":
    """Distances of binary tasks; nonsense for other kinds.

    A higher bias pulls a label 1 less and a label 0 more, on every row. With u and v the pulls of
    the labels 1 and 0, and the source the task of the higher bias, a row adds

        labels 1 1: u_target − u_source   0 0: v_source − v_target   other ones: both of its pulls.
    """
    import torch

    size = signed.abs()
    up = size * value
    down = size - up
    label = (2 * value - 1) * mask
    found = gram(mask, up, piece) + gram(down, mask, piece)
    found = found + gram(label, down, piece) - gram(up, label, piece)
    bias = heads.bias[:, 0]
    lead = bias.unsqueeze(1) - bias.unsqueeze(0)
    # of two equal biases either may stand for the higher one
    found = found.mul_((lead > 0) | torch.triu(lead == 0)).clamp_min_(0)
    return found + found.transpose(1, 2)


def _fill_other_distances(
    distance: "Float[Tensor, 'piece source target']",
    tasks: tuple[int, ...],
    signed: "Float[Tensor, 'row task']",
    mask: "Float[Tensor, 'row task'] | Float[Tensor, 'row 1']",
    piece: int,
) -> None:
    """Overwrite the rows and columns of these tasks, one task against all at a time."""
    mask = mask.expand_as(signed)
    for task in tasks:
        this = slice(task, task + 1)
        # a missing label has residual 0, so the difference vanishes unless both are known
        apart = (signed * mask[:, this] - signed[:, this] * mask).abs()
        found = apart.reshape(-1, piece, apart.shape[1]).sum(1)
        distance[:, task, :] = found
        distance[:, :, task] = found
