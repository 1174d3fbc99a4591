"""The Gram matrix of the tasks' mean displacements, without keeping a mean for every block.

With M_t = Σ_i Δ_it, a block of samples contributes Σ_{i in block} ⟨Δ_is, M_t⟩ = Σ δ_isᵀ M_t a_i to
⟨M_s, M_t⟩. So two passes over the rows do: one for M, one for the contributions.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from core.landscape.heads import Heads
from core.landscape.layers import Pull
from core.landscape.rows import Rows
from core.landscape.terms import gram
from core.landscape.trunk import Trunk

if TYPE_CHECKING:
    from torch import Tensor

MAX_ELEMENTS = 2**22
"""Numbers in the largest tensor of a batch (16 MB)."""


class _Batch(NamedTuple):
    """Displacements of some rows.

    With one shared output a task pulls with `factor` · what all of them have in common; where
    every row has one label only, the factors are 0 and 1.
    """

    block: "Int[Tensor, ' unit']"
    """Of the rows that are summed together: a piece, or one row where a piece is too much."""
    factor: "Float[Tensor, 'task row'] | None"
    pulls: "Iterable[Pull]"


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
    unit = thin.piece if trunk.max_rows(n_tasks) >= thin.piece else 1
    total = [rows.x.new_zeros(n_tasks, *shape) for shape in trunk.shapes]
    for batch in _batches(thin, trunk, heads, unit):
        for sums, pull in zip(total, batch.pulls, strict=True):
            sums += pull.total(batch.factor)
    products = torch.zeros(rows.n_blocks, n_tasks, n_tasks, dtype=torch.float64, device=device)
    for batch in _batches(thin, trunk, heads, unit):
        for sums, pull in zip(total, batch.pulls, strict=True):
            products.index_add_(0, batch.block, _contributions(pull, batch.factor, sums, unit))
    return products.cpu().numpy()


def _contributions(
    pull: Pull,
    factor: "Float[Tensor, 'task row'] | None",
    total: "Float[Tensor, 'task output input']",
    unit: int,
) -> "Float[Tensor, 'unit source target']":
    """Σ over the rows of each unit of ⟨Δ_source, M_target⟩."""
    if factor is None:
        return pull.along(total, unit).double()
    return gram(factor.T, pull.along(total, 1)[:, 0], unit).double()


def _batches(rows: Rows, trunk: Trunk, heads: Heads, unit: int) -> Iterator[_Batch]:
    import torch

    n_tasks, width = rows.value.shape[1], max(max(shape) for shape in trunk.shapes)
    n_rows = min(MAX_ELEMENTS // (n_tasks * width), trunk.max_rows(n_tasks))
    step = max(1, n_rows // unit) * unit
    block = torch.from_numpy(np.repeat(rows.block, rows.piece // unit)).to(rows.x.device)
    has_own = bool((rows.known.sum(1) <= 1).all())
    weight = rows.known * rows.row_weight.unsqueeze(1)
    for start in range(0, len(rows.x), step):
        part = slice(start, start + step)
        passed = trunk.forward(rows.x[part])
        residual = heads.residuals(heads.logits(passed.features), rows.value[part])
        residual = residual * weight[part].unsqueeze(-1)
        if heads.is_shared:
            factor = residual[..., 0].T
            gradient = heads.weight[:1, :, 0].unsqueeze(1).expand(1, len(residual), -1)
        elif has_own:
            factor = rows.known[part].T.to(residual.dtype)
            gradient = heads.gradients(residual).sum(0, keepdim=True)
        else:
            factor, gradient = None, heads.gradients(residual)
        yield _Batch(block[start // unit : (start + step) // unit], factor, passed.pulls(gradient))
