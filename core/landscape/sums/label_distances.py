"""Distances of many binary tasks on one shared output, all labels known, without T × T floats.

A row with ‖J‖₁ = c takes a task of label y and chance p to r = c (p − y), so that it adds
|r_s − r_t| to the distance of two tasks (`core.landscape.sums.one_output`). With equal biases that
is c where the labels differ (`core.landscape.sums.equal_biases`); otherwise its sign is known as
soon as tasks stand in the order of their biases (`core.landscape.sums.ordered_biases`). Both are
products of bytes, in tiles of sources and targets of which one stands for two mirrored ones.
"""

from abc import ABC, abstractmethod
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Generic, TypeVar

from jaxtyping import Float, Int8, Int32

from core.landscape.heads import Heads
from core.landscape.sums.any_trunk import strengths
from core.landscape.trunks.trunk import Trunk

if TYPE_CHECKING:
    from torch import Tensor

SIDE, UNIT = 256, 16
"""Tasks a side of a tile at most on one thread, and what they are a multiple of: their bytes and
sums stay in the cache of a core, and smaller products are slower. Threads that share a tile take
one of twice the side, as they wait for each other after every product (ours)."""

Reach = TypeVar("Reach")


class LabelDistances(ABC, Generic[Reach]):
    """Σ ‖Δ_source − Δ_target‖₁ piece after piece, in the same memory, as fresh memory is slow."""

    def __init__(self, trunk: Trunk, heads: Heads, piece: int) -> None:
        self.trunk, self.heads, self.piece = trunk, heads, piece

    def reach(self, x: "Float[Tensor, 'row input']", real: "Tensor") -> Reach:
        """One forward and one backward pass of the rows of some pieces."""
        features, strength = strengths(self.trunk, self.heads, x)
        base = features @ self.heads.weight[0, :, 0]
        shape = (-1, self.piece)
        return self.prepare(base.reshape(shape), (strength * real).reshape(shape))

    @abstractmethod
    def prepare(
        self, base: "Float[Tensor, 'piece row']", strength: "Float[Tensor, 'piece row']"
    ) -> Reach:
        """What the rows of some pieces have for all tasks together.

        Args:
            base: the logit without the tasks' biases.
            strength: ‖J‖₁, 0 for rows that only fill up.
        """

    @abstractmethod
    def write(
        self,
        reach: Reach,
        number: int,
        signs: "Int8[Tensor, 'task row']",
        out: "Float[Tensor, 'source target']",
    ) -> None:
        """Write the distances of one of the pieces to `out`."""


def tile_sides(n_tasks: int) -> list[tuple[slice, slice]]:
    """Sources and targets of every tile, of about the same size; one of two mirrored ones."""
    import torch

    n_sides = -(-n_tasks // (SIDE * min(2, torch.get_num_threads())))
    side = -(-n_tasks // (n_sides * UNIT)) * UNIT
    sides = [slice(first, min(first + side, n_tasks)) for first in range(0, n_tasks, side)]
    return list(combinations_with_replacement(sides, 2))


def tile_memory(
    memory: "Int32[Tensor, 'product task task']", sources: slice, targets: slice
) -> "Int32[Tensor, 'product source target']":
    """Of some square products, what a tile of them takes: the same for every tile."""
    n_sources, n_targets = sources.stop - sources.start, targets.stop - targets.start
    return memory.flatten(1)[:, : n_sources * n_targets].view(-1, n_sources, n_targets)
