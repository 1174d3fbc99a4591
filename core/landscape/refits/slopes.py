"""How the losses of every block of patients slope where the probes of all stand."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from core.landscape.heads import Heads
from core.landscape.memory import Batches
from core.landscape.probes.basis import Basis
from core.landscape.rows.pieces import Rows, Supply
from core.landscape.trunks.trunk import Trunk

if TYPE_CHECKING:
    from torch import Tensor

CHUNK = 4096
"""Rows whose logits are held at a time."""


class Slopes(NamedTuple):
    """Sums over the rows of each block; they do not grow with the rows."""

    weight: "Float[Tensor, 'block task width output']"
    """Of every task's loss by the weights of its probe, without a penalty."""
    bias: "Float[Tensor, 'block task output']"
    n_rows: "Float[Tensor, 'block task']"
    """With a label."""

    def of(
        self, kept: Int[np.ndarray, " block"], basis: Basis
    ) -> "tuple[Float[Tensor, 'task coordinate output'], Float[Tensor, ' task']]":
        """The slope of some blocks together by each coordinate, and their rows with a label."""
        blocks = kept.tolist()
        weight, bias = self.weight[blocks].sum(0), self.bias[blocks].sum(0)
        return basis.slope(weight, bias), self.n_rows[blocks].sum(0)


def sum_slopes(
    heads: Heads, every: Supply, trunk: Trunk, n_blocks: int, on_part: Callable[[float], None]
) -> Slopes:
    """One pass over all rows.

    Args:
        heads: the probes, in double precision.
        every: all rows.
        trunk: what the probes look at.
        n_blocks: how many blocks there are in all.
        on_part: told the finished share before each part; may raise.
    """
    weight = heads.weight.new_zeros(n_blocks, *heads.weight.shape)
    bias = heads.bias.new_zeros(n_blocks, *heads.bias.shape)
    slopes, n_done = Slopes(weight, bias, heads.bias.new_zeros(n_blocks, len(heads.bias))), 0
    for rows in every.parts():
        on_part(min(n_done / every.n_rows, 1.0))
        present, first = np.unique(rows.block, return_index=True)
        stops = [*first[1:].tolist(), len(rows.block)]
        for block, start, stop in zip(present.tolist(), first.tolist(), stops, strict=True):
            _add(slopes, block, rows, slice(start * rows.piece, stop * rows.piece), heads, trunk)
        n_done += int(rows.real.sum())
    return slopes


def _add(slopes: Slopes, block: int, rows: Rows, at: slice, heads: Heads, trunk: Trunk) -> None:
    """Take in the rows of one block; those that only fill up have no label."""
    x, value, known = rows.x[at], rows.value[at], rows.known[at]

    def add(start: int, stop: int) -> None:
        some = slice(start, stop)
        fed = trunk.features(x[some]).double()
        pull = heads.residuals(heads.logits(fed), value[some].double())
        pull = pull * known[some].unsqueeze(-1)
        by_output = (fed.T @ pull.flatten(1)).view(-1, *heads.bias.shape)
        more, n_more = pull.sum(0), known[some].sum(0)
        slopes.weight[block].add_(by_output.transpose(0, 1))
        slopes.bias[block].add_(more)
        slopes.n_rows[block].add_(n_more)

    Batches(CHUNK).over(len(x), add)
