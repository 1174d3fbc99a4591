"""Distances of many binary tasks on one shared output, all labels known, without T × T floats.

With signs z = 1 (label 0) and −1 (label 1), pulls u (of a label 1), v (of a label 0) and ‖J‖₁ of
the row, a row adds to the distance of two tasks

    equal biases   ‖J‖₁ (1 − z_s z_t) / 2, as |r| + |r| is 1 where the labels differ
    other biases   u_t + v_s − z_s v_t + u_s z_t, where the source is the task of the higher bias

(`core.landscape.sums.one_output`). Both are products of bytes, but for sums over single tasks.
"""

from functools import cached_property
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, NamedTuple

from jaxtyping import Float, Int8, Int32

from core.landscape.heads import Heads
from core.landscape.sums.any_trunk import strengths
from core.landscape.sums.byte_products import (
    DIGIT,
    FINER,
    N_DIGITS,
    Codes,
    codes_of,
    digits_of,
    multiply,
)
from core.landscape.trunks.trunk import Trunk

if TYPE_CHECKING:
    from torch import Tensor

SIDE = 176
"""Tasks a side of a tile: sums of so many squared stay in the cache of a core (ours). Several
threads share one large product better than many small ones."""


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


class Reach(NamedTuple):
    """What the rows of some pieces have for all tasks together."""

    base: "Float[Tensor, 'piece row']"
    """The logit without the tasks' biases."""
    strength: "Float[Tensor, 'piece row']"
    """‖J‖₁, 0 for rows that only fill up."""
    codes: Codes


class LabelDistances:
    """Σ ‖Δ_source − Δ_target‖₁ piece after piece, in the same memory, as fresh memory is slow."""

    def __init__(self, trunk: Trunk, heads: Heads, piece: int) -> None:
        import torch

        self.trunk, self.heads, self.piece = trunk, heads, piece
        n_tasks = len(heads.bias)
        self.sums = torch.empty(N_DIGITS, n_tasks, n_tasks, dtype=torch.int32)
        self.left, self.right = torch.empty(2, 2, n_tasks, piece, dtype=torch.int8)
        self.plain, self.size = torch.empty(2, n_tasks, piece)

    @cached_property
    def tiles(self) -> list[Tile]:
        """One of two that mirror each other."""
        import torch

        n_tasks = len(self.heads.bias)
        side = SIDE if torch.get_num_threads() == 1 else n_tasks
        sides = [slice(first, min(first + side, n_tasks)) for first in range(0, n_tasks, side)]
        return [self._tile(*pair) for pair in combinations_with_replacement(sides, 2)]

    def _tile(self, sources: slice, targets: slice) -> Tile:
        n_sources, n_targets = sources.stop - sources.start, targets.stop - targets.start
        out = self.sums[:2].flatten(1)[:, : n_sources * n_targets]
        out = out.view(2, n_sources, n_targets)
        return Tile(sources, targets, *self.left[:, sources], *self.right[:, targets], *out)

    @cached_property
    def leads(self) -> "Float[Tensor, 'source target']":
        """1 where the source has the higher bias; of two equal ones either may stand for it."""
        import torch

        ahead = self.heads.bias - self.heads.bias.T
        return ((ahead > 0) | torch.triu(ahead == 0)).float()

    def reach(self, x: "Float[Tensor, 'row input']", real: "Tensor") -> Reach:
        """One forward and one backward pass of the rows of some pieces."""
        features, strength = strengths(self.trunk, self.heads, x)
        base = (features @ self.heads.weight[0, :, 0]).reshape(-1, self.piece)
        strength = (strength * real).reshape(-1, self.piece)
        return Reach(base, strength, codes_of(strength))

    def write(
        self,
        reach: Reach,
        number: int,
        signs: "Int8[Tensor, 'task row']",
        out: "Float[Tensor, 'source target']",
    ) -> None:
        """Write the distances of one of the pieces to `out`."""
        if self.heads.one_bias:
            self._equal_biases(reach, number, signs, out)
        else:
            self._other_biases(reach, number, signs, out)
        out.diagonal().zero_()

    def _equal_biases(
        self,
        reach: Reach,
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
            torch.mul(self.plain.copy_(signs), strength, out=self.size)
            out.copy_(self.size @ self.plain.T)
            torch.sub(half, out, alpha=0.5, out=out).clamp_min_(0)

    def _other_biases(
        self,
        reach: Reach,
        number: int,
        signs: "Int8[Tensor, 'task row']",
        out: "Float[Tensor, 'source target']",
    ) -> None:
        import torch

        step = reach.codes.largest[number] * 2 / DIGIT**N_DIGITS
        size = torch.add(reach.base[number], self.heads.bias, out=self.size)
        # the chance of the other label, which is what a label is pulled by, in steps
        size.mul_(self.plain.copy_(signs)).sigmoid_().mul_(reach.strength[number] / step)
        both, apart = size.sum(1), self.plain.mul_(size).sum(1)
        up, down = (both - apart) * (step / 2), (both + apart) * (step / 2)
        if reach.codes.are_fair[number]:
            out.copy_(self._crossed(size.add_(0.5), signs))
        else:
            plain = signs.to(size.dtype)
            ups = size * (plain < 0)
            out.copy_(ups @ plain.T - plain @ (size - ups).T)
        torch.add(up.to(out.dtype), out, alpha=step, out=out)
        out.add_(down.unsqueeze(1)).clamp_min_(0).mul_(self.leads)
        out.add_(out.T.clone())

    def _crossed(
        self, size: "Float[Tensor, 'task row']", signs: "Int8[Tensor, 'task row']"
    ) -> "Tensor":
        """Σ −z_s v_t + u_s z_t of sizes in whole steps, digit by digit; below 2³¹."""
        import torch

        shape = (len(signs), 2, signs.shape[1])
        left, right = self.left.view(shape), self.right.view(shape)
        left[:, 0], right[:, 1] = signs, signs
        is_up = (signs < 0).to(signs.dtype)
        for digit, found in zip(digits_of(size), self.sums, strict=True):
            torch.mul(digit, is_up, out=left[:, 1])
            torch.sub(left[:, 1], digit, out=right[:, 0])
            multiply(left.flatten(1), right.flatten(1), found)
        high, middle, low = self.sums
        torch.add(middle, high, alpha=DIGIT, out=middle)
        return torch.add(low, middle, alpha=DIGIT, out=low)
