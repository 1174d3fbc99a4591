"""Tasks compared by their mean displacements, each over its own samples (METHODS §2, `mean`).

The means are as many numbers as the trunk has, a task; everything else is T × T. A mean of a block
is never kept for all tasks at once: for one source at a time the means without each block are
compared with the means of all targets. The change by leaving a block out is what the bootstrap
needs to first order (the jackknife; ours), as L1 norms and signs have no derivative of use; the
spread of signs comes out about 1.4 times too wide.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from core.landscape.heads import Heads
from core.landscape.memory import Batches
from core.landscape.rows.pieces import Rows
from core.landscape.sums.mean_pull import sum_mean_products
from core.landscape.trunks.trunk import Trunk
from core.machine.device import send
from core.values import PairSums

if TYPE_CHECKING:
    from torch import Tensor


class _Blocks(NamedTuple):
    """Displacements of one task, added up by block."""

    total: "Float[Tensor, 'block weight']"
    size: "Float[Tensor, 'block 1']"
    """Labelled rows, by their weight."""

    @property
    def mean(self) -> "Float[Tensor, ' weight']":
        return self.total.sum(0) / self.size.sum().clamp_min(1e-12)

    def without_each(self) -> "Float[Tensor, 'block weight']":
        """The mean without each block; with all where nothing would be left."""
        left = self.size.sum() - self.size
        rest = (self.total.sum(0) - self.total) / left.clamp_min(1e-12)
        return rest.where(left > 1e-9, self.mean)


def sum_means(
    rows: Rows, trunk: Trunk, heads: Heads, mean_rows: int, on_batch: Callable[[float], None]
) -> PairSums:
    """Sums that add up to the terms of the mean displacements, with a count of 1 a pair.

    Args:
        rows: in pieces, block after block.
        trunk: the common start.
        heads: of the same tasks as the labels.
        mean_rows: about how many rows the means are taken from.
        on_batch: called with the finished share of the tasks; may raise.
    """
    import torch

    n_tasks, n_blocks = rows.value.shape[1], rows.n_blocks
    thin = rows.thinned(mean_rows)
    batches = Batches(trunk.max_rows(1))

    labelled = ((thin.row_weight.unsqueeze(1) * thin.known) > 0).cpu().numpy()

    def blocks_of(task: int) -> _Blocks:
        rows_of = np.flatnonzero(labelled[:, task])
        return _add_up(thin, trunk, heads, task, rows_of, batches)

    means = torch.stack([blocks_of(task).mean for task in range(n_tasks)])
    sums = torch.zeros(6, n_blocks, n_tasks, n_tasks, dtype=torch.float64, device=rows.x.device)
    for source in range(n_tasks):
        on_batch(source / n_tasks)
        own = blocks_of(source)
        whole = _terms(own.mean.unsqueeze(0), means)
        change = whole - torch.cat(_terms_of_each(own.without_each(), means), dim=1)
        sums[:, :, source] = whole / n_blocks + change - change.mean(dim=1, keepdim=True)
    on_batch(1.0)
    found = sums.cpu().numpy()
    _settle(found, thin.known.any(0).cpu().numpy())
    products = sum_mean_products(rows, trunk, heads, mean_rows)
    count, distance, mass, abs_cosine, cosine, opposite = found
    return PairSums(count, distance, mass, abs_cosine, cosine, opposite, products, "mean")


def _settle(sums: Float[np.ndarray, "term block source target"], seen: np.ndarray) -> None:
    """Nothing between tasks without labels; a task beside itself is the same in every replicate."""
    n_blocks, n_tasks = sums.shape[1:3]
    itself = np.arange(n_tasks)
    distance, abs_cosine, cosine, opposite = (sums[term] for term in (1, 3, 4, 5))
    distance[:, itself, itself] = opposite[:, itself, itself] = 0.0
    abs_cosine[:, itself, itself] = cosine[:, itself, itself] = 1.0 / n_blocks
    sums *= np.outer(seen, seen)


def _add_up(
    rows: Rows,
    trunk: Trunk,
    heads: Heads,
    task: int,
    labelled: Int[np.ndarray, " row"],
    batches: Batches,
) -> _Blocks:
    """One small batch a block; only rows labelled for the task."""
    import torch

    head, n_blocks = heads.only(task), rows.n_blocks
    weight = rows.row_weight * rows.known[:, task]
    block = np.repeat(rows.block, rows.piece)
    total = rows.x.new_zeros(n_blocks, sum(n_out * n_in for n_out, n_in in trunk.shapes))
    size = rows.x.new_zeros(n_blocks, 1)
    for number in np.unique(block[labelled]):
        inside = send(labelled[block[labelled] == number], rows.x.device)
        size[number] = weight[inside].sum()

        def add(start: int, stop: int, inside: "Tensor" = inside, number: int = number) -> None:
            part = inside[start:stop]
            passed = trunk.forward(rows.x[part])
            value = rows.value[part, task : task + 1]
            residual = head.residuals(head.logits(passed.features), value)
            pulls = passed.pulls(head.gradients(residual * weight[part, None, None]))
            total[number] += torch.cat([pull.total().flatten() for pull in pulls])

        batches.over(len(inside), add)
    return _Blocks(total, size)


def _terms_of_each(
    left: "Float[Tensor, 'row weight']", means: "Float[Tensor, 'target weight']"
) -> "list[Float[Tensor, 'term few target']]":
    """`_terms`, a few rows at a time where all are too many."""
    return Batches(len(left)).each(len(left), lambda start, stop: _terms(left[start:stop], means))


def _terms(
    left: "Float[Tensor, 'row weight']", right: "Float[Tensor, 'target weight']"
) -> "Float[Tensor, 'term row target']":
    """1, distance, mass, |cosine|, cosine and opposite share, in the order of `PairSums`."""
    import torch

    distance = torch.cdist(left, right, p=1.0)
    mass = left.abs().sum(1, keepdim=True) + right.abs().sum(1)
    scale = left.norm(dim=1, keepdim=True) * right.norm(dim=1)
    cosine = torch.where(scale > 0, left @ right.T / scale, 0.0).clamp(-1.0, 1.0)
    sign, other = left.sign(), right.sign()
    agree = sign @ other.T / (sign.abs() @ other.abs().T).clamp_min(1.0)
    parts = (torch.ones_like(mass), distance, mass, cosine.abs(), cosine, (1 - agree) / 2)
    return torch.stack(parts).double()
