"""The slope of all losses over rows that are read part by part and never held."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from jaxtyping import Float

from core.landscape.heads import Heads
from core.landscape.memory import Batches
from core.landscape.not_finite import stop_at_features
from core.landscape.probes.basis import Basis
from core.landscape.probes.problem import Problem
from core.landscape.rows.pieces import Rows, Supply
from core.landscape.trunks.trunk import Trunk

if TYPE_CHECKING:
    from torch import Tensor

CHUNK = 4096
"""Rows whose logits are held at a time."""


class Reading(NamedTuple):
    """What all rows say of a place."""

    slope: "Float[Tensor, 'task coordinate_output']"
    """Of every task's mean loss with its penalty."""
    n_rows: "Float[Tensor, ' task']"
    """With a label."""


class EveryRow(NamedTuple):
    """All rows, and what the probes see of them."""

    supply: Supply
    trunk: Trunk
    basis: Basis
    ridge: float

    def read(
        self,
        problem: Problem,
        place: "Float[Tensor, 'task coordinate_output']",
        on_part: Callable[[float], None],
    ) -> Reading:
        """One pass over all rows.

        Raises:
            TableError: features that are not finite.
        """
        at, n_done = place.view(problem.shape), 0
        weight, bias = self.basis.plain(problem.turn.to_outputs(at))
        sums = _Sums(replace(problem.heads, weight=weight, bias=bias), self.trunk)
        for rows in self.supply.parts():
            on_part(min(n_done / self.supply.n_rows, 1.0))
            sums.add(rows)
            n_done += int(rows.real.sum())
        penalty = self.basis.stiffness(self.ridge).unsqueeze(1) * at
        moved = self.basis.slope(sums.weight, sums.bias)
        slope = problem.turn.from_outputs(moved) + penalty
        return Reading((slope / sums.n_rows.clamp_min(1)[:, None, None]).flatten(1), sums.n_rows)


class _Sums:
    """The slope of all losses by the weights and biases of some heads, part by part."""

    def __init__(self, heads: Heads, trunk: Trunk) -> None:
        import torch

        self.heads, self.trunk = heads, trunk
        self.weight, self.bias = torch.zeros_like(heads.weight), torch.zeros_like(heads.bias)
        self.n_rows = self.bias.new_zeros(len(self.bias))

    def add(self, rows: Rows) -> None:
        """Take in some rows."""
        features = self.trunk.features(rows.x[rows.real])
        stop_at_features(features, rows)
        value, known = rows.value[rows.real], rows.known[rows.real]

        def add(start: int, stop: int) -> None:
            fed, heads = features[start:stop].double(), self.heads
            pull = heads.residuals(heads.logits(fed), value[start:stop].double())
            pull = pull * known[start:stop].unsqueeze(-1)
            by_output = (fed.T @ pull.flatten(1)).view(-1, *heads.bias.shape)
            more, n_more = pull.sum(0), known[start:stop].sum(0)
            self.weight.add_(by_output.transpose(0, 1))
            self.bias.add_(more)
            self.n_rows.add_(n_more)

        Batches(CHUNK).over(len(features), add)
