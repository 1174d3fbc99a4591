"""Batches of rows in, one T × T sum a block out: memory does not grow with the rows."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from jaxtyping import Float

from core.landscape.heads import Heads
from core.landscape.memory import Batches, numbers_at_a_time
from core.landscape.rows.pieces import Rows, Supply, supply
from core.landscape.sums.block_sums import BlockSums
from core.landscape.sums.byte_products import MOST_ROWS, takes_bytes
from core.landscape.sums.closed_form import pair_terms
from core.landscape.sums.equal_biases import EqualBiases
from core.landscape.sums.label_distances import LabelDistances
from core.landscape.sums.mean_pull import sum_mean_products
from core.landscape.sums.ordered_biases import OrderedBiases
from core.landscape.terms import SUMS
from core.landscape.trunks.trunk import Trunk
from core.values import PairSums

MAX_ELEMENTS = 2**20
"""Numbers in the largest tensor of a batch (4 MB, so that it stays in the caches)."""

MANY_TASKS = 200
"""From here on products of bytes are quicker, where they are quick at all (ours)."""

REACHED = 8192
"""Rows of one pass beside sums of pieces: threads wait for each other less often (ours)."""


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
    """Sums of the pair terms of every block: terms in single precision, sums over several pieces in
    double.

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
    n_done, sums = 0, BlockSums(rows, reads, are_all=every is None)
    every = supply(rows) if every is None else every
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


def _add_part(
    sums: BlockSums,
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
    if _are_labels_all(rows, heads, reads):
        _add_label_distances(sums, rows, trunk, heads, on_batch)
        return

    def work(start: int, stop: int) -> None:
        on_batch(start / len(rows.block))
        block, part = rows.block[start:stop], slice(start * rows.piece, stop * rows.piece)
        terms = pair_terms(
            trunk, heads, rows.x[part], rows.value[part], mask[part], rows.piece, reads
        )
        sums.add(block, rows.weight[start:stop], terms, reads)

    Batches(_pieces_per_batch(rows, heads, batch_size)).over(len(rows.block), work)


def _are_labels_all(rows: Rows, heads: Heads, reads: frozenset[str]) -> bool:
    """Whether nothing but distances of many binary tasks on one output is asked for, and products
    of bytes are the quickest way to them."""
    are_labels = heads.is_shared and heads.all_binary and rows.complete
    is_large = len(heads.bias) >= MANY_TASKS and rows.piece <= MOST_ROWS
    return are_labels and is_large and reads == {"distance"} and takes_bytes(rows.x.device)


def _add_label_distances(
    sums: BlockSums, rows: Rows, trunk: Trunk, heads: Heads, on_batch: Callable[[float], None]
) -> None:
    """The same for `_are_labels_all`."""
    kind: type[LabelDistances[Any]] = EqualBiases if heads.one_bias else OrderedBiases
    distances = kind(trunk, heads, rows.piece)
    spare = rows.x.new_empty(len(heads.bias), len(heads.bias))
    n_added = 0

    def work(start: int, stop: int) -> None:
        nonlocal n_added
        on_batch(start / len(rows.block))
        part = slice(start * rows.piece, stop * rows.piece)
        reach = distances.reach(rows.x[part], rows.real[part])
        for number in range(max(start, n_added), stop):  # a part that failed is tried again
            write = partial(distances.write, reach, number - start, rows.signs[number])
            sums.add_distances(int(rows.block[number]), float(rows.weight[number]), write, spare)
            n_added = number + 1

    Batches(max(1, REACHED // rows.piece)).over(len(rows.block), work)


def _pieces_per_batch(rows: Rows, heads: Heads, batch_size: int) -> int:
    """As many as keep the T × T terms of a batch small, be they by row or by piece."""
    n_tasks, width = rows.value.shape[1], heads.weight.shape[1]
    most = numbers_at_a_time(rows.x.device, MAX_ELEMENTS)
    if heads.is_shared:
        largest = 4 * n_tasks * max(n_tasks, rows.piece)  # several columns a task at work
        return max(1, min(batch_size // rows.piece, most // largest))
    return max(1, min(batch_size, most // max(n_tasks**2, width)) // rows.piece)


def mean_of(starts: list[PairSums]) -> PairSums:
    """The sums of several random starts, averaged, so that counts stay numbers of samples."""
    if len(starts) == 1:
        return starts[0]

    def mean(name: str) -> Float[np.ndarray, "block source target"]:
        return np.asarray(sum(getattr(one, name) for one in starts) / len(starts))

    means: dict[str, Any] = {
        name: mean(name) for name, value in starts[0]._items() if isinstance(value, np.ndarray)
    }
    return replace(starts[0], **means)
