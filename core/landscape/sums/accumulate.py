"""Batches of rows in, one T × T sum a block out: memory does not grow with the rows."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float, Int

from core.landscape.heads import Heads
from core.landscape.memory import Batches, numbers_at_a_time
from core.landscape.rows.pieces import Rows, Supply, supply
from core.landscape.sums.closed_form import pair_terms
from core.landscape.sums.mean_pull import sum_mean_products
from core.landscape.terms import SUMS, PairTerms
from core.landscape.trunks.trunk import Trunk
from core.values import PairSums

if TYPE_CHECKING:
    import torch
    from torch import Tensor

MAX_ELEMENTS = 2**20
"""Numbers in the largest tensor of a batch (4 MB, so that it stays in the caches)."""


def accumulate(
    rows: Rows,
    trunk: Trunk,
    heads: Heads,
    batch_size: int,
    mean_rows: int,
    on_batch: Callable[[float], None],
    every: Supply | None = None,
    reads: frozenset[str] = frozenset(SUMS),
) -> PairSums:
    """Sums of the pair terms of every block; single precision terms, double precision sums.

    Args:
        rows: at hand, in pieces, block after block; the mean displacements are taken from them.
        trunk: the common start.
        heads: of the same tasks as the labels.
        batch_size: most rows at a time; fewer where many tasks would need much memory.
        mean_rows: about how many rows the mean displacements are taken from.
        on_batch: called before every batch with the finished share of the rows; may raise.
        every: the rows that are summed over; those at hand when None.
        reads: the sums that are made beside the counts.
    """
    every = supply(rows) if every is None else every
    n_done, sums = 0, _BlockSums(rows, reads)
    for part in every.parts():
        n_part = int(part.real.sum())
        share = (n_done / every.n_rows, n_part / every.n_rows)
        _add_part(sums, part, trunk, heads, batch_size, partial(_tell, on_batch, *share))
        n_done += n_part
    on_batch(1.0)
    found: dict[str, Any] = {**dict.fromkeys(SUMS), **sums.found()}
    if "mean_product" in reads:
        found["mean_product"] = sum_mean_products(rows, trunk, heads, mean_rows)
    return PairSums(found.pop("n_shared"), **found)


def _tell(on_batch: Callable[[float], None], before: float, of_all: float, share: float) -> None:
    on_batch(min(before + of_all * share, 1.0))


class _BlockSums:
    """T × T sums in double precision, one a block."""

    def __init__(self, rows: Rows, reads: frozenset[str]) -> None:
        import torch

        self.n_tasks = rows.value.shape[1]
        self.whole: dict[str, Tensor] = {}
        for name in PairTerms._fields:
            if name in ("n_shared", *reads):  # NumPy asks for large pages, quicker to fill
                zeros = np.zeros((rows.n_blocks, self.n_tasks**2))
                self.whole[name] = torch.from_numpy(zeros).to(rows.x.device)
        self.complete = np.zeros(rows.n_blocks)
        """Rows with all labels are only counted."""
        self.has_others = False

    def count(self, rows: Rows) -> None:
        """Tell of rows that will be added."""
        self.has_others |= not rows.complete
        if rows.complete:
            real = rows.real.reshape(-1, rows.piece).sum(1).cpu().numpy()
            self.complete += np.bincount(rows.block, real * rows.weight, len(self.complete))

    def add(
        self,
        block: Int[np.ndarray, " piece"],
        weight: Float[np.ndarray, " piece"],
        terms: PairTerms,
        names: frozenset[str],
    ) -> None:
        """Add the terms of some pieces; nothing is added where memory runs out."""
        first, last = int(block[0]), int(block[-1])
        parts = {name: getattr(terms, name).flatten(1).double() for name in names}
        if len(block) > 1:
            member = _membership(block - first, weight, terms.n_shared.device)
            parts = {name: member @ part for name, part in parts.items()}
        for name, part in parts.items():
            alpha = 1.0 if len(block) > 1 else float(weight[0])
            self.whole[name][first : last + 1].add_(part, alpha=alpha)

    def found(self) -> dict[str, Any]:
        """The sums by name."""
        shape = (-1, self.n_tasks, self.n_tasks)
        found: dict[str, Any] = {
            name: whole.cpu().numpy().reshape(shape) for name, whole in self.whole.items()
        }
        shape = (len(self.complete), *shape[1:])
        counted = np.broadcast_to(self.complete[:, None, None], shape)
        found["n_shared"] = found["n_shared"] + counted if self.has_others else counted
        return found


def _add_part(
    sums: _BlockSums,
    rows: Rows,
    trunk: Trunk,
    heads: Heads,
    batch_size: int,
    on_batch: Callable[[float], None],
) -> None:
    """Add the terms of some rows to the sums of their blocks."""
    mask = rows.mask
    sums.count(rows)
    reads = frozenset(sums.whole) - ({"n_shared"} if rows.complete else set())

    def work(start: int, stop: int) -> None:
        on_batch(start / len(rows.block))
        block, part = rows.block[start:stop], slice(start * rows.piece, stop * rows.piece)
        terms = pair_terms(
            trunk, heads, rows.x[part], rows.value[part], mask[part], rows.piece, reads
        )
        sums.add(block, rows.weight[start:stop], terms, reads)

    Batches(_pieces_per_batch(rows, heads, batch_size)).over(len(rows.block), work)


def _pieces_per_batch(rows: Rows, heads: Heads, batch_size: int) -> int:
    """As many as keep the T × T terms of a batch small, be they by row or by piece."""
    n_tasks, width = rows.value.shape[1], heads.weight.shape[1]
    most = numbers_at_a_time(rows.x.device, MAX_ELEMENTS)
    if heads.is_shared:
        largest = 4 * n_tasks * max(n_tasks, rows.piece)  # several columns a task at work
        return max(1, min(batch_size // rows.piece, most // largest))
    return max(1, min(batch_size, most // max(n_tasks**2, width)) // rows.piece)


def _membership(
    block: Int[np.ndarray, " piece"], weight: Float[np.ndarray, " piece"], device: "torch.device"
) -> "Float[Tensor, 'block piece']":
    """The weight of a piece in its block: sums by block become one matrix product."""
    import torch

    belongs = np.equal.outer(np.arange(block[-1] + 1), block) * weight
    return torch.from_numpy(belongs).to(device, torch.float64)


def mean_of(starts: list[PairSums]) -> PairSums:
    """The sums of several random starts, averaged, so that counts stay numbers of samples."""

    def mean(name: str) -> Float[np.ndarray, "block source target"]:
        return np.asarray(sum(getattr(one, name) for one in starts) / len(starts))

    means: dict[str, Any] = {
        name: mean(name) for name, value in starts[0]._items() if isinstance(value, np.ndarray)
    }
    return replace(starts[0], **means)
