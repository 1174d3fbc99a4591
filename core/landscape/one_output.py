"""All tasks on one shared output: every displacement on a sample is a multiple of the same one.

With Δ_it = −r_it J_i, a pair of tasks costs nothing beyond the residuals r: the backward pass is
run once, whatever the number of tasks. Two binary tasks with other labels pull opposite ways, so
their distance is |r_is| + |r_it|; with equal labels it is | |r_is| − |r_it| |, whose sign is that
of the tasks' biases on every row. So the sums over rows are products of 0/1 matrices (ours).
"""

from typing import TYPE_CHECKING

from jaxtyping import Bool, Float

from core.landscape.heads import Heads
from core.landscape.terms import PairTerms, assemble, gram

if TYPE_CHECKING:
    from torch import Tensor


def terms_of_one_output(
    heads: Heads,
    features: "Float[Tensor, 'row width']",
    strength: "Float[Tensor, ' row']",
    value: "Float[Tensor, 'row task']",
    known: "Bool[Tensor, 'row task']",
    piece: int,
) -> PairTerms:
    """The terms of heads that share one output; see `core.landscape.closed_form.pair_terms`.

    `strength` is ‖J‖₁ of every row, from one backward pass of the head's weights.
    """
    mask = known.to(value.dtype)
    residual = heads.residuals(heads.logits(features), value)[..., 0]
    signed = residual * mask * strength.unsqueeze(1)
    sign = signed.sign()
    moves = sign.abs()
    n_shared, agree = gram(mask, mask, piece), gram(sign, sign, piece)
    distance, one_sided = _binary_distances(heads, signed, value, mask, piece)
    if heads.not_binary:
        one_sided = gram(signed.abs(), mask, piece)
        _fill_other_distances(distance, heads.not_binary, signed, mask, piece)
    return assemble(n_shared, distance, one_sided, gram(moves, moves, piece), agree, agree.clone())


def _binary_distances(
    heads: Heads,
    signed: "Float[Tensor, 'row task']",
    value: "Float[Tensor, 'row task']",
    mask: "Float[Tensor, 'row task']",
    piece: int,
) -> "tuple[Float[Tensor, 'piece source target'], Float[Tensor, 'piece source target']]":
    """Distances of binary tasks, and Σ ‖Δ_source‖₁ over shared rows; nonsense for other kinds."""
    import torch

    n_tasks = value.shape[1]
    positive = mask * value
    by_label = torch.cat([positive, mask - positive], dim=1)
    size = signed.abs().repeat(1, 2) * by_label
    product = gram(size, by_label, piece).reshape(-1, 2, n_tasks, 2, n_tasks)
    both_1, source_1 = product[:, 0, :, 0], product[:, 0, :, 1]
    target_1, both_0 = product[:, 1, :, 0], product[:, 1, :, 1]
    differ = source_1 + target_1
    # a higher bias pulls a label 1 less and a label 0 more, on every row
    bias = heads.bias[:, 0]
    higher = (bias.unsqueeze(1) - bias.unsqueeze(0)).sign()
    lead = both_0 - both_1
    same = (lead - lead.transpose(1, 2)) * higher
    distance = differ + differ.transpose(1, 2) + same.clamp_min(0)
    return distance, both_1 + differ + both_0


def _fill_other_distances(
    distance: "Float[Tensor, 'piece source target']",
    tasks: tuple[int, ...],
    signed: "Float[Tensor, 'row task']",
    mask: "Float[Tensor, 'row task']",
    piece: int,
) -> None:
    """Overwrite the rows and columns of these tasks, one task against all at a time."""
    for task in tasks:
        this = slice(task, task + 1)
        # a missing label has residual 0, so the difference vanishes unless both are known
        apart = (signed * mask[:, this] - signed[:, this] * mask).abs()
        found = apart.reshape(-1, piece, apart.shape[1]).sum(1)
        distance[:, task, :] = found
        distance[:, :, task] = found
