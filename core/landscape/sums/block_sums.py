"""T × T sums of every block, filled a few pieces of rows at a time."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float, Int

from core.landscape.rows.pieces import Rows
from core.landscape.terms import PairTerms
from core.machine.device import send

if TYPE_CHECKING:
    import torch
    from torch import Tensor

MAX_DOUBLE = 2**21
"""Numbers of all blocks past which blocks of one piece, where nothing is added up, are kept in the
single precision of their terms: half the memory of hundreds of tasks (ours)."""


class BlockSums:
    """One T × T sum a block, in double precision where a block has several pieces.

    Args:
        rows: what is summed over, or a part of it.
        reads: the sums that are made beside the counts.
        are_all: whether no other rows will follow.
    """

    def __init__(self, rows: Rows, reads: frozenset[str], are_all: bool) -> None:
        self.n_tasks = rows.value.shape[1]
        shape = (rows.n_blocks, self.n_tasks**2)
        is_piece = are_all and len(np.unique(rows.block)) == len(rows.block)
        kind = np.float32 if is_piece and shape[0] * shape[1] > MAX_DOUBLE else np.float64
        self._shape, self._kind, self._device = shape, kind, rows.x.device
        self._is_blank = kind is np.float32 and rows.x.is_cpu
        """Whether numbers are what memory held before: each block will be written once."""
        self._arrays: dict[str, np.ndarray] = {}
        self.whole: dict[str, Tensor] = {}
        self._open(name for name in PairTerms._fields if name in reads)
        self.is_new = np.ones(rows.n_blocks, dtype=bool)
        """Blocks that nothing was added to."""
        self.complete = np.zeros(rows.n_blocks)
        """Rows with all labels are only counted."""

    def _open(self, names: Iterable[str]) -> None:
        import torch

        for name in names:
            if self._device.type == "cpu":  # NumPy asks for large pages, quicker to fill
                make = np.empty if self._is_blank else np.zeros
                self._arrays[name] = make(self._shape, self._kind)
                self.whole[name] = torch.from_numpy(self._arrays[name])
            else:
                kind = torch.float32 if self._kind is np.float32 else torch.float64
                self.whole[name] = torch.zeros(self._shape, dtype=kind, device=self._device)

    def count(self, rows: Rows) -> None:
        """Tell of rows that will be added."""
        if not rows.complete and "n_shared" not in self.whole:
            self._open(["n_shared"])
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
        parts = {name: getattr(terms, name).flatten(1) for name in names}
        if len(block) > 1:
            member = _membership(block - first, weight, terms.n_shared.device)
            parts = {name: member @ part.double() for name, part in parts.items()}
        for name, part in parts.items():
            alpha = 1.0 if len(block) > 1 else float(weight[0])
            whole = self.whole[name][first : last + 1]
            if self._is_blank:
                whole.zero_()
            whole.add_(part, alpha=alpha)
        self.is_new[block] = False

    def add_distances(
        self,
        block: int,
        weight: float,
        write: "Callable[[Float[Tensor, 'source target']], None]",
        spare: "Float[Tensor, 'source target']",
    ) -> None:
        """Add what `write` writes: to the block itself where it is new, else to `spare`."""
        whole = self.whole["distance"][block].view_as(spare)
        if self.is_new[block] and weight == 1.0:
            write(whole)
        else:
            write(spare)
            if self._is_blank:
                whole.zero_()
            whole.add_(spare, alpha=weight)
        self.is_new[block] = False

    def found(self) -> dict[str, Any]:
        """The sums by name; nothing can be added to them any more."""
        shape = (-1, self.n_tasks, self.n_tasks)
        found: dict[str, Any] = {}
        for name in tuple(self.whole):
            whole = self.whole.pop(name)
            # memory handed out by a tensor came back later: 4 ms of 35 for 500 tasks
            array = self._arrays[name] if whole.is_cpu else whole.cpu().numpy()
            if self._is_blank:
                array[self.is_new] = 0
            array.setflags(write=False)
            found[name] = array.reshape(shape)
        shape = (len(self.complete), *shape[1:])
        counted = np.broadcast_to(self.complete[:, None, None], shape)
        found["n_shared"] = found["n_shared"] + counted if "n_shared" in found else counted
        return found


def _membership(
    block: Int[np.ndarray, " piece"], weight: Float[np.ndarray, " piece"], device: "torch.device"
) -> "Float[Tensor, 'block piece']":
    """The weight of a piece in its block: sums by block become one matrix product."""
    import torch

    belongs = np.equal.outer(np.arange(block[-1] + 1), block) * weight
    return send(belongs, device, torch.float64)
