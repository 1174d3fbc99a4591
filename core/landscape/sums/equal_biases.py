"""Distances of many binary tasks of one bias: ‖J‖₁ where the labels differ, as |r| + |r| is 1.

With signs z = 1 (label 0) and −1 (label 1) a row adds ‖J‖₁ (1 − z_s z_t) / 2, so that the sums are
products of the signs with pulls on both sides (`core.landscape.sums.byte_products`).
"""

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from jaxtyping import Float, Int8, Int32

from core.landscape.heads import Heads
from core.landscape.sums.byte_products import FINER, Codes, codes_of, multiply
from core.landscape.sums.label_distances import LabelDistances, tile_memory, tile_sides
from core.landscape.trunks.trunk import Trunk

if TYPE_CHECKING:
    from torch import Tensor


class Tile(NamedTuple):
    """Some sources and targets: the parts of both factors for them, and memory for the products."""

    sources: slice
    targets: slice
    coarse_left: "Int8[Tensor, 'source row']"
    fine_left: "Int8[Tensor, 'source row']"
    coarse_right: "Int8[Tensor, 'target row']"
    fine_right: "Int8[Tensor, 'target row']"
    coarse: "Int32[Tensor, 'source target']"
    fine: "Int32[Tensor, 'source target']"

    def multiply(self) -> "Int32[Tensor, 'source target']":
        """The coarse product and the fine one in fine steps, in the same memory for every tile."""
        multiply(self.coarse_left, self.coarse_right, self.coarse)
        multiply(self.fine_left, self.fine_right, self.fine)
        return self.fine.add_(self.coarse, alpha=FINER)


class Strengths(NamedTuple):
    """‖J‖₁ of the rows of some pieces."""

    strength: "Float[Tensor, 'piece row']"
    codes: Codes


class EqualBiases(LabelDistances[Strengths]):
    """Distances of tasks with one bias."""

    def __init__(self, trunk: Trunk, heads: Heads, piece: int) -> None:
        import torch

        super().__init__(trunk, heads, piece)
        n_tasks = len(heads.bias)
        self.sums = torch.empty(2, n_tasks, n_tasks, dtype=torch.int32)
        self.left, self.right = torch.empty(2, 2, n_tasks, piece, dtype=torch.int8)

    @cached_property
    def tiles(self) -> list[Tile]:
        """One of two that mirror each other."""
        return [
            Tile(
                sources,
                targets,
                *self.left[:, sources],
                *self.right[:, targets],
                *tile_memory(self.sums, sources, targets),
            )
            for sources, targets in tile_sides(len(self.heads.bias))
        ]

    def prepare(
        self, base: "Float[Tensor, 'piece row']", strength: "Float[Tensor, 'piece row']"
    ) -> Strengths:
        return Strengths(strength, codes_of(strength))

    def write(
        self,
        reach: Strengths,
        number: int,
        signs: "Int8[Tensor, 'task row']",
        out: "Float[Tensor, 'source target']",
    ) -> None:
        import torch

        codes, strength = reach.codes, reach.strength[number]
        half = (strength.sum() / 2).to(out.dtype)
        if codes.are_fair[number]:
            torch.mul(signs, codes.left[:, number].unsqueeze(1), out=self.left)
            torch.mul(signs, codes.right[:, number].unsqueeze(1), out=self.right)
            for tile in self.tiles:
                found = out[tile.sources, tile.targets].copy_(tile.multiply())
                torch.sub(half, found, alpha=codes.step[number] / 2, out=found).clamp_min_(0)
                if tile.sources != tile.targets:
                    out[tile.targets, tile.sources] = found.T
        else:
            plain = signs.to(strength.dtype)
            out.copy_((plain * strength) @ plain.T)
            torch.sub(half, out, alpha=0.5, out=out).clamp_min_(0)
        out.diagonal().zero_()
