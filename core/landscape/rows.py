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


def arrange_rows(
    x: Float32[np.ndarray, "row input"],
    labels: Labels,
    block: Int[np.ndarray, " row"],
    device: "torch.device",
) -> Rows:
    """Sort the rows by block, fill up the pieces, and put them on the device."""
    import torch

    size = np.bincount(block)
    mean = -(-len(block) // len(size))
    longest = max(1, min(MAX_PIECE, MAX_TERMS // labels.value.shape[1] ** 2))
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
