"""The training rows as the closed form takes them: in pieces of one length, each of one block."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float, Float32, Int

from core.landscape.labels import Labels

if TYPE_CHECKING:
    import torch
    from torch import Tensor

MAX_PIECE = 64
"""Most rows in a piece; the last piece of a block is filled up with rows that have no label."""

LONG_PIECE = 512
"""The same where no row needs T × T terms of its own (one shared output)."""

MAX_TERMS = 2**22
"""Most T × T terms in a piece, so that hundreds of tasks still fit (16 MB)."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows on the device that computes, block after block."""

    x: "Float[Tensor, 'row input']"
    value: "Float[Tensor, 'row task']"
    known: "Bool[Tensor, 'row task']"
    real: "Bool[Tensor, ' row']"
    """False for the rows that only fill up a piece."""
    piece: int
    """Rows a piece."""
    block: Int[np.ndarray, " piece"]
    """The block of every piece, ascending."""

    @property
    def n_blocks(self) -> int:
        return int(self.block[-1]) + 1

    def thinned(self, max_rows: int) -> "Rows":
        """About `max_rows` of the rows, spread evenly over the blocks; all where they fit."""
        stride = -(-int(self.real.sum()) // max(1, max_rows))
        if stride == 1:
            return self
        skip_rows = min(stride, self.piece)
        starts = np.searchsorted(self.block, self.block)
        rank = np.arange(len(self.block)) - starts
        kept = np.flatnonzero(rank % -(-stride // skip_rows) == 0)
        piece = -(-self.piece // skip_rows)

        def thin(values: "Tensor") -> "Tensor":
            by_piece = values.reshape(-1, self.piece, *values.shape[1:])
            return by_piece[kept, ::skip_rows].flatten(0, 1)

        x, value, known, real = map(thin, (self.x, self.value, self.known, self.real))
        return Rows(x, value, known, real, piece, self.block[kept])


def arrange_rows(
    x: Float32[np.ndarray, "row input"],
    labels: Labels,
    block: Int[np.ndarray, " row"],
    device: "torch.device",
    one_output: bool = False,
) -> Rows:
    """Sort the rows by block, fill up the pieces, and put them on the device.

    With `one_output` no row will need T × T terms of its own, so that pieces may be long.
    """
    import torch

    size = np.bincount(block)
    mean = -(-len(block) // len(size))
    n_tasks = labels.value.shape[1]
    longest = LONG_PIECE if one_output else max(1, min(MAX_PIECE, MAX_TERMS // n_tasks**2))
    piece = -(-mean // -(-mean // longest))
    n_pieces = -(-size // piece)
    order = np.argsort(block, kind="stable")
    within = np.arange(len(block)) - np.repeat(np.cumsum(size) - size, size)
    place = np.repeat((np.cumsum(n_pieces) - n_pieces) * piece, size) + within

    def placed(values: np.ndarray, kind: "torch.dtype") -> "Tensor":
        filled = np.zeros((n_pieces.sum() * piece, *values.shape[1:]), dtype=values.dtype)
        filled[place] = values[order]
        return torch.from_numpy(filled).to(device, kind)

    return Rows(
        x=placed(x, torch.float32),
        value=placed(labels.value, torch.float32),
        known=placed(labels.known, torch.bool),
        real=placed(np.ones(len(block), dtype=bool), torch.bool),
        piece=piece,
        block=np.repeat(np.arange(len(size)), n_pieces),
    )
