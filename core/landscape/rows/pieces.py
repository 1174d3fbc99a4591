"""The training rows as the closed form takes them: in pieces of one length, each of one block."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Float32, Int, Int8

from core.landscape.rows.labels import Labels
from core.machine.device import send

if TYPE_CHECKING:
    import torch
    from torch import Tensor

MAX_PIECE = 128
"""Most rows in a piece; the last piece of a block is filled up with rows that have no label."""

LONG_PIECE = 512
"""The same where no row needs T × T terms of its own (one shared output)."""

OVERHEAD = 8
"""What a piece costs beside its rows, in rows."""

TRIED = 8
"""Piece lengths to choose from."""

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
    weight: Float[np.ndarray, " piece"]
    """How many rows of the table each row of a piece stands for; 1 where all are here."""
    n_blocks: int
    number: Int[np.ndarray, " row"]
    """Which row of the table each is; −1 where it only fills up."""
    patient: Int[np.ndarray, " row"]
    """Whose each is, by any number; −1 likewise."""
    complete: bool = False
    """Whether every row is known to have all labels."""

    @property
    def row_weight(self) -> "Float[Tensor, ' row']":
        """The weight of every row, 0 for those that only fill up."""

        weight = send(np.repeat(self.weight, self.piece), self.x.device, self.x.dtype)
        return weight * self.real

    @cached_property
    def signs(self) -> "Int8[Tensor, 'piece task row']":
        """1 for a label 0 and −1 for a label 1, of binary tasks; made once for all starts."""
        import torch

        by_piece = self.value.reshape(-1, self.piece, self.value.shape[1]).transpose(1, 2)
        found = torch.empty(by_piece.shape, dtype=torch.int8, device=self.value.device)
        for labels, signs in zip(by_piece, found, strict=True):
            signs.copy_(1 - 2 * labels)
        return found

    @property
    def mask(self) -> "Bool[Tensor, 'row task'] | Bool[Tensor, 'row 1']":
        """`known`, as one column where that says it all."""
        return self.real.unsqueeze(1) if self.complete else self.known

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
        block, weight = self.block[kept], self.weight[kept]
        number, patient = (
            told.reshape(-1, self.piece)[kept, ::skip_rows].ravel()
            for told in (self.number, self.patient)
        )
        told = (self.n_blocks, number, patient, self.complete)
        return Rows(x, value, known, real, piece, block, weight, *told)


class Supply(NamedTuple):
    """All rows to be summed over, a part at a time and as often as they are asked for."""

    n_rows: int
    """How many there are in all parts, for the progress."""
    parts: Callable[[], Iterable[Rows]]


def supply(rows: Rows) -> Supply:
    """Rows that are all at hand, as one part."""
    return Supply(int(rows.real.sum()), lambda: (rows,))


def arrange_rows(
    x: Float32[np.ndarray, "row input"],
    labels: Labels,
    block: Int[np.ndarray, " row"],
    device: "torch.device",
    one_output: bool = False,
    weight: Float[np.ndarray, " row"] | None = None,
    n_blocks: int | None = None,
    number: Int[np.ndarray, " row"] | None = None,
    patient: Int[np.ndarray, " row"] | None = None,
) -> Rows:
    """Sort the rows by block, fill up the pieces, and put them on the device.

    With `one_output` no row will need T × T terms of its own, so that pieces may be long. Rows of
    one piece have one `weight` (1 where none is given), so weights should have few values.
    `n_blocks` is needed where the rows are only a part, and the last block may be in another.
    `number` is which row of the table each is; in the order given when None. `patient` is whose it
    is; every row is a patient's of its own when None.
    """
    import torch

    levels, level = np.unique(np.ones(1) if weight is None else weight, return_inverse=True)
    present, group, size = np.unique(
        block * len(levels) + level, return_inverse=True, return_counts=True
    )
    piece = _piece_length(size, labels.value.shape[1], one_output)
    n_pieces = -(-size // piece)
    order = np.argsort(group, kind="stable")
    within = np.arange(len(block)) - np.repeat(np.cumsum(size) - size, size)
    place = np.repeat((np.cumsum(n_pieces) - n_pieces) * piece, size) + within

    def placed(values: np.ndarray, kind: "torch.dtype") -> "Tensor":
        filled = np.zeros((n_pieces.sum() * piece, *values.shape[1:]), dtype=values.dtype)
        filled[place] = values[order]
        return send(filled, device, kind)

    numbers, patients = np.full((2, n_pieces.sum() * piece), -1)
    numbers[place] = order if number is None else number[order]
    patients[place] = order if patient is None else patient[order]
    return Rows(
        x=placed(x, torch.float32),
        value=placed(labels.value, torch.float32),
        known=placed(labels.known, torch.bool),
        real=placed(np.ones(len(block), dtype=bool), torch.bool),
        piece=piece,
        block=np.repeat(present // len(levels), n_pieces),
        weight=np.repeat(levels[present % len(levels)].astype(float), n_pieces),
        n_blocks=int(block.max()) + 1 if n_blocks is None else n_blocks,
        number=numbers,
        patient=patients,
        complete=bool(labels.known.all()),
    )


def _piece_length(size: Int[np.ndarray, " group"], n_tasks: int, one_output: bool) -> int:
    """Such that groups of these sizes leave little to fill up, in few pieces."""
    longest = LONG_PIECE if one_output else max(1, min(MAX_PIECE, MAX_TERMS // n_tasks**2))
    fewest = -(-int(size.max()) // longest)
    lengths = [-(-int(size.max()) // (fewest + more)) for more in range(TRIED)]
    return min(lengths, key=lambda piece: int((-(-size // piece)).sum()) * (piece + OVERHEAD))
