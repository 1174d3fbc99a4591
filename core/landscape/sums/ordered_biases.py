"""Distances of many binary tasks whose biases differ, in the order of their biases.

Where the source has the higher bias its residual r = c (p − y) is the higher one on every row but
those where it alone has the label (ours):

    Σ |r_s − r_t|  =  Σ (r_s − r_t)  +  2 Σ_{y_s = 1, y_t = 0} (u_s + v_t)

with u = −r of a label 1 and v = r of a label 0: products of labels with pulls. Pulls are whole
numbers of 15 bits, in two bytes, and labels carry a third byte of ‖J‖₁ (`Pulls`). From there on
sums are exact: distances are never negative, and 0 between tasks that are alike. What is cut off
is less than 2 · 10⁻⁶ of the largest distance over 10,000 rows, 6 · 10⁻⁶ over 1000, where labels are
balanced. Rare labels pull little, and would be cut as much: floats take their place (`RARE`).
"""

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from jaxtyping import Float, Int8, Int16, Int32

from core.landscape.heads import Heads
from core.landscape.sums.byte_products import BYTE, multiply, to_bytes
from core.landscape.sums.label_distances import LabelDistances, tile_memory, tile_sides
from core.landscape.trunks.trunk import Trunk

if TYPE_CHECKING:
    from torch import Tensor

MOST = 32_000
"""The largest pull in whole numbers: it is carried over in 16 bits."""

SHARES = 63
"""The largest factor of a label: twice the sums of 512 rows stay below 2³¹."""

FEW, UNEVEN = 200, 16.0
"""Bytes are used where a piece has so many rows, as what is cut off cancels over many, and where
the largest ‖J‖₁ is at most so many times the mean (ours)."""

RARE = 0.05
"""The share of the rarer label of at least two tasks: over 10,000 rows 5 · 10⁻⁶ of the largest
distance is cut off there, and 2 · 10⁻⁵ where all are rarer than 0.01 (ours)."""

FAR = 80.0
"""Logits past which a chance is 0 or 1."""


class Pulls(NamedTuple):
    """The rows of some pieces: ‖J‖₁ ≈ step · share · most, with a step for each piece."""

    base: "Float[Tensor, 'piece row']"
    """The logit without the tasks' biases."""
    strength: "Float[Tensor, 'piece row']"
    share: "Int8[Tensor, 'piece row']"
    most: "Int16[Tensor, 'piece row']"
    """The pull of a chance of 1."""
    per_most: "Float[Tensor, 'piece row']"
    odds: "Float[Tensor, 'piece row']"
    """The odds against a label 1 without a bias, in `per_most`."""
    step: list[float]
    are_fair: list[bool]
    """Whether whole numbers tell the rows of a piece apart well enough."""


class Tile(NamedTuple):
    """Some sources and targets: the parts of both factors for them, and memory for the products."""

    sources: slice
    targets: slice
    left: "Int8[Tensor, 'source row3']"
    right: "Int8[Tensor, 'target row3']"
    coarse: "Int32[Tensor, 'source target']"
    fine: "Int32[Tensor, 'source target']"

    def multiply(self, own: "Int32[Tensor, 'task 1']") -> "Int32[Tensor, 'source target']":
        """Distances in steps; `own` is Σ r of every task."""
        import torch

        rows = self.left.shape[1] // 3
        multiply(self.left[:, rows:], self.right[:, : 2 * rows], self.coarse)
        multiply(self.left[:, : 2 * rows], self.right[:, rows:], self.fine)
        found = self.fine.add_(self.coarse, alpha=BYTE)
        apart = torch.sub(own[self.sources], own[self.targets].T, out=self.coarse)
        return apart.add_(found, alpha=2)


class Factors(NamedTuple):
    """Both factors of all tasks, and what is made of the bytes of their residuals."""

    left: "Int8[Tensor, 'source 3 row']"
    """Fine bytes of the labels 1, labels 1, coarse bytes."""
    right: "Int8[Tensor, 'target 3 row']"
    """Coarse bytes of the labels 0, labels 0, fine bytes."""

    def parts(self) -> "list[tuple[Tensor, Tensor]]":
        """Where the labels go, the fine bytes and the coarse ones, of labels 1 and of labels 0."""
        return [(self.left[:, place], self.right[:, 2 - place]) for place in (1, 0, 2)]

    def tiles(self, memory: "Int32[Tensor, '2 source target']") -> list[Tile]:
        """Those with sources of higher biases."""
        return [
            Tile(
                sources,
                targets,
                self.left[sources].flatten(1),
                self.right[targets].flatten(1),
                *tile_memory(memory, sources, targets),
            )
            for sources, targets in tile_sides(len(self.left))
        ]


class OrderedBiases(LabelDistances[Pulls]):
    """Distances of tasks with biases of their own."""

    def __init__(self, trunk: Trunk, heads: Heads, piece: int) -> None:
        import torch

        super().__init__(trunk, heads, piece)
        n_tasks = len(heads.bias)
        self.order = torch.argsort(heads.bias[:, 0], descending=True, stable=True)
        self.bias = heads.bias[self.order]
        self.against = torch.exp(-self.bias.clamp(-FAR, FAR))
        rarer = torch.sigmoid(-self.bias.abs()).flatten()
        self.pull_enough = bool(rarer.topk(min(2, n_tasks)).values[-1] >= RARE)
        self.ordered = torch.empty(n_tasks, n_tasks)
        self.size = torch.empty(n_tasks, piece)
        self.is_up, self.is_down, self.byte = torch.empty(3, n_tasks, piece, dtype=torch.int8)
        self.pull, self.spare = torch.empty(2, n_tasks, piece, dtype=torch.int16)
        factors = Factors(*torch.empty(2, n_tasks, 3, piece, dtype=torch.int8))
        self.labels, *self.bytes = factors.parts()
        self.tiles = factors.tiles(torch.empty(2, n_tasks, n_tasks, dtype=torch.int32))
        self.squares = [self.ordered[tile.sources, tile.targets] for tile in self.tiles]

    @cached_property
    def place(self) -> "Int32[Tensor, ' pair']":
        """Where every pair stands in the upper triangle of the ordered tasks."""
        import torch

        rank = torch.argsort(self.order)
        first, last = torch.minimum(rank[:, None], rank), torch.maximum(rank[:, None], rank)
        return (first * len(rank) + last).flatten().int()

    def prepare(
        self, base: "Float[Tensor, 'piece row']", strength: "Float[Tensor, 'piece row']"
    ) -> Pulls:
        import torch

        largest = strength.amax(1, keepdim=True).clamp_min(torch.finfo(strength.dtype).tiny * MOST)
        scaled = strength * (SHARES / largest)
        share = scaled.ceil().clamp_min_(1)
        most = (scaled * MOST / share).round_()
        is_even = largest[:, 0] <= UNEVEN * strength.mean(1)
        step = strength.sum(1) / (share * most).sum(1)
        return Pulls(
            base,
            strength,
            share.to(torch.int8),
            most.to(torch.int16),
            1 / most,
            torch.exp(-base.clamp(-FAR, FAR)) / most,
            step.tolist(),
            (is_even & (self.pull_enough and self.piece >= FEW)).tolist(),
        )

    def write(
        self,
        reach: Pulls,
        number: int,
        signs: "Int8[Tensor, 'task row']",
        out: "Float[Tensor, 'source target']",
    ) -> None:
        import torch

        torch.index_select(signs, 0, self.order, out=self.is_up).bitwise_right_shift_(7)
        torch.bitwise_not(self.is_up, out=self.is_down)
        if reach.are_fair[number]:
            own = self._fill(reach, number)
            for tile, square in zip(self.tiles, self.squares, strict=True):
                square.copy_(tile.multiply(own)).mul_(reach.step[number])
        else:
            self._in_floats(reach, number)
        ordered = self.ordered.to(out.dtype).flatten()
        torch.index_select(ordered, 0, self.place, out=out.view(-1))

    def _fill(self, reach: Pulls, number: int) -> "Int32[Tensor, 'task 1']":
        """Write both factors; gives Σ r of every task, in steps."""
        import torch

        share, up, down = reach.share[number], self.is_up, self.is_down
        torch.addcmul(reach.per_most[number], reach.odds[number], self.against, out=self.size)
        self.pull.copy_(self.size.reciprocal_())  # cut off, as every label's error cancels then
        self.pull.sub_(self.spare.copy_(up).bitwise_and_(reach.most[number]))
        torch.bitwise_and(up, share, out=self.labels[0])
        torch.bitwise_and(down, -share, out=self.labels[1])
        own = []
        for byte, (left, right) in zip(to_bytes(self.pull, self.byte), self.bytes, strict=True):
            torch.bitwise_and(byte, up, out=left)
            torch.bitwise_and(byte, down, out=right)
            own.append(multiply(byte, share.unsqueeze(0)))
        return own[0].add_(own[1], alpha=BYTE)

    def _in_floats(self, reach: Pulls, number: int) -> None:
        """The same with floats, for rows too uneven for bytes."""
        import torch

        up, down = self.is_up.float().neg_(), self.is_down.float().neg_()
        pull = torch.sigmoid(reach.base[number] + self.bias).sub_(up).mul_(reach.strength[number])
        own = pull.sum(1)
        torch.mm(up, (pull * down).T, out=self.ordered).addmm_(pull * up, down.T, alpha=-1)
        self.ordered.mul_(2).add_(own.unsqueeze(1)).sub_(own).clamp_min_(0).fill_diagonal_(0)
