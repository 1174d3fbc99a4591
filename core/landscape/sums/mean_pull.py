"""The Gram matrix of the tasks' mean displacements, block by block.

With M_bt = Σ Δ_it over the rows of block b and M_t = Σ_b M_bt, a block contributes ⟨M_bs, M_t⟩ to
⟨M_s, M_t⟩. M_t is known only at the end, so the M_bt are kept where they fit, or else made twice.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Float

from core.landscape.heads import Heads
from core.landscape.memory import Batches
from core.landscape.rows.pieces import Rows
from core.landscape.trunks.trunk import Trunk

if TYPE_CHECKING:
    from torch import Tensor

MAX_ELEMENTS = 2**19
"""Numbers in the largest tensor of a batch (2 MB, so that it stays in the caches)."""

MAX_KEPT = 2**25
"""Numbers of all sums that are kept (128 MB)."""


class _Material(NamedTuple):
    """What the sums of a block are made from; a row counts by its weight."""

    rows: Rows
    trunk: Trunk
    heads: Heads
    weight: "Float[Tensor, 'row task']"
    has_own: bool
    """Every row has one label at most: what it pulls with is that task's alone."""
    batches: Batches

    def sums(self, part: slice) -> "list[Float[Tensor, 'task output input']]":
        """Σ Δ over some rows, layer by layer."""
        found: list[Tensor] = []

        def add(start: int, stop: int) -> None:
            more = self._few(slice(part.start + start, part.start + stop))
            if not found:
                found.extend(more)
                return
            for whole, few in zip(found, more, strict=True):
                whole.add_(few)

        self.batches.over(part.stop - part.start, add)
        return found

    def _few(self, part: slice) -> "list[Float[Tensor, 'task output input']]":
        heads, passed = self.heads, self.trunk.forward(self.rows.x[part])
        residual = heads.residuals(heads.logits(passed.features), self.rows.value[part])
        residual = residual * self.weight[part].unsqueeze(-1)
        if heads.is_shared:  # a task pulls with its residual times what all have in common
            factor = residual[..., 0].T.contiguous()
            gradient = heads.weight[:1, :, 0].unsqueeze(1).expand(1, len(residual), -1)
        elif self.has_own:
            factor = self.rows.known[part].T.to(residual.dtype)
            gradient = heads.gradients(residual).sum(0, keepdim=True)
        else:
            factor, gradient = None, heads.gradients(residual)
        return [pull.total(factor) for pull in passed.pulls(gradient)]


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

    n_tasks, thin = rows.value.shape[1], rows.thinned(max_rows)
    weight = thin.known * thin.row_weight.unsqueeze(1)
    has_own = bool((thin.known.sum(1) <= 1).all())
    widest = max(max(shape) for shape in trunk.shapes)
    step = min(max(1, MAX_ELEMENTS // (n_tasks * widest)), trunk.max_rows(n_tasks))
    material = _Material(thin, trunk, heads, weight, has_own, Batches(step))
    parts = _parts(thin)
    size = len(parts) * n_tasks * sum(n_out * n_in for n_out, n_in in trunk.shapes)
    kept = [material.sums(part) for _, part in parts] if size <= MAX_KEPT else None
    total = [rows.x.new_zeros(n_tasks, *shape) for shape in trunk.shapes]
    for number, (_, part) in enumerate(parts):
        for whole, sums in zip(total, kept[number] if kept else material.sums(part), strict=True):
            whole += sums
    products = torch.zeros(
        rows.n_blocks, n_tasks, n_tasks, dtype=torch.float64, device=rows.x.device
    )
    for number, (block, part) in enumerate(parts):
        for whole, sums in zip(total, kept[number] if kept else material.sums(part), strict=True):
            products[block] += sums.flatten(1) @ whole.flatten(1).T
    return products.cpu().numpy()


def _parts(rows: Rows) -> list[tuple[int, slice]]:
    """Every block that has rows, and where they stand."""
    blocks, first, size = np.unique(rows.block, return_index=True, return_counts=True)
    begin, end = first * rows.piece, (first + size) * rows.piece
    return [(int(b), slice(int(i), int(j))) for b, i, j in zip(blocks, begin, end, strict=True)]
