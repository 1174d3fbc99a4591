"""Batches of rows in, one T × T sum a block out: memory does not grow with the rows."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float, Int

from core.landscape.closed_form import pair_terms
from core.landscape.heads import Heads
from core.landscape.mean_pull import sum_mean_products
from core.landscape.memory import Batches, numbers_at_a_time
from core.landscape.rows import Rows, Supply, supply
from core.landscape.terms import SUMS, PairTerms
from core.landscape.trunk import Trunk
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
    n_tasks, n_done = rows.value.shape[1], 0
    wanted = [name for name in PairTerms._fields if name in ("n_shared", *reads)]
    sums = {name: _zeros((rows.n_blocks, n_tasks**2), rows.x.device) for name in wanted}
    for part in every.parts():
        n_part = int(part.real.sum())
        share = (n_done / every.n_rows, n_part / every.n_rows)
        _add_part(sums, part, trunk, heads, batch_size, partial(_tell, on_batch, *share))
        n_done += n_part
    on_batch(1.0)
    found: dict[str, Any] = dict.fromkeys(SUMS)
    for name, whole in sums.items():
        found[name] = whole.cpu().numpy().reshape(-1, n_tasks, n_tasks)
    if "mean_product" in reads:
        found["mean_product"] = sum_mean_products(rows, trunk, heads, mean_rows)
    return PairSums(found.pop("n_shared"), **found)


def _tell(on_batch: Callable[[float], None], before: float, of_all: float, share: float) -> None:
    on_batch(min(before + of_all * share, 1.0))


def _zeros(shape: tuple[int, ...], device: "torch.device") -> "Tensor":
    """In double precision; NumPy asks for large pages, which are quicker to fill."""
    import torch

    return torch.from_numpy(np.zeros(shape)).to(device)


def _add_part(
    sums: "dict[str, Float[Tensor, 'block pair']]",
    rows: Rows,
    trunk: Trunk,
    heads: Heads,
    batch_size: int,
    on_batch: Callable[[float], None],
) -> None:
    """Add the terms of some rows to the sums of their blocks."""
    mask, device = rows.mask, rows.x.device
    reads = frozenset(sums)

    def work(start: int, stop: int) -> None:
        on_batch(start / len(rows.block))
        block, part = rows.block[start:stop], slice(start * rows.piece, stop * rows.piece)
        terms = pair_terms(
            trunk, heads, rows.x[part], rows.value[part], mask[part], rows.piece, reads
        )
        first, last = int(block[0]), int(block[-1])
        member = _membership(block - first, rows.weight[start:stop], device)
        found = [member @ getattr(terms, name).flatten(1).double() for name in sums]
        for whole, part_sums in zip(sums.values(), found, strict=True):
            whole[first : last + 1] += part_sums

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
