"""The Gram matrix of the tasks' mean displacements, without keeping a mean for every block.

With M_t = Σ_i Δ_it, a block of samples contributes Σ_{i in block} ⟨Δ_is, M_t⟩ = Σ δ_isᵀ M_t a_i to
⟨M_s, M_t⟩. So two passes over the rows do: one for M, one for the contributions.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from core.landscape.heads import Heads
from core.landscape.rows import Rows
from core.landscape.terms import end_to_end, gram
from core.landscape.trunk import Trunk

if TYPE_CHECKING:
    from torch import Tensor

MAX_ELEMENTS = 2**22
"""Numbers in the largest tensor of a batch (16 MB)."""


class _Pull(NamedTuple):
    """Displacements of one batch: task t pulls with factor_t · δ on the inputs a, layer by layer.

    With one shared output δ is the same for all tasks; otherwise the factors are 1.
    """

    factor: "Float[Tensor, 'row task'] | None"
    deltas: "list[Float[Tensor, '*task row _']]"
    inputs: "list[Float[Tensor, 'row _']]"


def sum_mean_products(
    rows: Rows, trunk: Trunk, heads: Heads, max_rows: int
) -> Float[np.ndarray, "block source target"]:
    """⟨Σ Δ_source over the block, Σ Δ_target over all rows⟩; see `PairSums.mean_product`.

    Args:
        rows: in pieces, block after block.
        trunk: the common start.
        heads: of the same tasks as the labels.
        max_rows: about how many rows are read; they are spread evenly over the blocks.
    """
    import torch

    n_tasks, device = rows.value.shape[1], rows.x.device
    thin = rows.thinned(max_rows)
    total = [torch.zeros(n_tasks, *w.shape, dtype=w.dtype, device=device) for w in trunk.weights]
    for _, pull in _batches(thin, trunk, heads):
        for sums, delta, a in zip(total, pull.deltas, pull.inputs, strict=True):
            each = delta if pull.factor is None else delta * pull.factor.T.unsqueeze(2)
            sums += each.transpose(1, 2) @ a
    products = torch.zeros(rows.n_blocks, n_tasks, n_tasks, dtype=torch.float64, device=device)
    for blocks, pull in _batches(thin, trunk, heads):
        products.index_add_(0, blocks, _contributions(pull, total, thin.piece).double())
    return products.cpu().numpy()


def _contributions(
    pull: _Pull, total: "list[Float[Tensor, 'task output input']]", piece: int
) -> "Float[Tensor, 'piece source target']":
    """Σ over the rows of each piece of ⟨Δ_source, M_target⟩."""
    import torch

    found = []
    for delta, a, sums in zip(pull.deltas, pull.inputs, total, strict=True):
        along = a @ sums.transpose(1, 2)  # M_t a_i
        if pull.factor is not None:
            found.append(gram(pull.factor, (along * delta).sum(2).T, piece))
        else:
            left, right = (end_to_end(part, piece) for part in (delta, along))
            found.append(left @ right.transpose(1, 2))
    return torch.stack(found).sum(0)


def _batches(
    rows: Rows, trunk: Trunk, heads: Heads
) -> "Iterator[tuple[Int[Tensor, ' piece'], _Pull]]":
    import torch

    width = max(len(layer) for layer in trunk.weights)
    weight = rows.row_weight
    step = max(1, MAX_ELEMENTS // (rows.value.shape[1] * width * rows.piece))
    for start in range(0, len(rows.block), step):
        part = slice(start * rows.piece, (start + step) * rows.piece)
        passed = trunk.forward(rows.x[part])
        residual = heads.residuals(heads.logits(passed.features), rows.value[part])
        residual = residual * (rows.known[part] * weight[part, None]).unsqueeze(-1)
        if heads.is_shared:
            factor = residual[..., 0]
            column = heads.weight[0, :, 0].expand(len(residual), -1)
            deltas = trunk.backward(passed, column)
        else:
            factor = None
            deltas = trunk.backward(passed, heads.gradients(residual))
        blocks = torch.from_numpy(rows.block[start : start + step]).to(rows.x.device)
        yield blocks, _Pull(factor, deltas, passed.inputs)
