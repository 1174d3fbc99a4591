"""The probes of halves of the patients, searched from where those of all stand.

A half's losses are searched on its rows at hand. Where these are fewer than all of its rows, all of
them are asked for their slope F′ once, where the probes of all stand, and it takes the place of
that at hand, f′ (as in `core.landscape.probes.correct`):

    v ← argmin f(v) − ⟨f′(v₀) − F′(v₀), v⟩

So the probes of a half lie as far from those of all as if all rows of the half had been searched.
Fitted to fewer rows, which was tried first, they read mostly chance: of 2,400 rows in place of
12,000 the |cosine| of related tasks was .66 instead of .84, and how far it varies there does not
tell how far it varies with more rows (.6 to 2.6 times as far, by the pair).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from core.landscape.ground import Ground
from core.landscape.heads import Heads, make_heads
from core.landscape.probes.basis import Basis, whiten
from core.landscape.probes.problem import Problem, pose
from core.landscape.quasi_newton import Slope, minimise
from core.landscape.refits.halves import MAX_ROWS, rows_of
from core.landscape.refits.slopes import Slopes, sum_slopes
from core.landscape.rows.pieces import Rows, supply
from core.landscape.trunks.trunk import Trunk
from core.values import Task

if TYPE_CHECKING:
    from torch import Tensor

CLOSE = 0.01
"""Share of its first slope at which a search ends: halves lie apart by a hundred times that."""

STEPS = 60
"""Steps of a search, at most."""


class Again(NamedTuple):
    """What the probes of any half are found from."""

    tasks: Sequence[Task]
    rows: Rows
    """At hand, and searched on."""
    block: "Int[Tensor, ' row']"
    """Of the real ones."""
    fed: "Float[Tensor, 'row coordinate']"
    basis: Basis
    heads: Heads
    """The probes of all patients, in double precision."""
    slopes: Slopes | None
    """Of all rows; None where all are at hand."""
    ridge: float

    def fit(self, kept: Int[np.ndarray, " block"]) -> Heads:
        """The probes of some blocks. What the penalty weighs against one row stays the same."""
        place = self.basis.place(self.heads.weight, self.heads.bias)
        problem, shift = self._pose(kept, place)

        def slope_at(at: "Tensor") -> Slope:
            found = problem.slope_at(at)
            return found._replace(gradient=found.gradient - shift)

        start = problem.turn.from_outputs(place).flatten(1)
        close = CLOSE * slope_at(start).gradient.abs().amax(1)
        found = minimise(slope_at, start, close, STEPS, lambda share: None)
        weight, bias = self.basis.plain(problem.turn.to_outputs(found.view(problem.shape)))
        return make_heads(self.tasks, weight.float(), bias.float())

    def _pose(
        self, kept: Int[np.ndarray, " block"], place: "Float[Tensor, 'task coordinate output']"
    ) -> "tuple[Problem, Float[Tensor, 'task coordinate_output'] | float]":
        """The problem of the rows at hand, and what their slope has beyond that of all rows."""
        import torch

        half = rows_of(self.rows, kept)
        is_in = torch.isin(self.block, torch.from_numpy(kept).to(self.block.device))
        ridge = self.ridge * float(half.row_weight.sum() / self.rows.row_weight.sum())
        problem = pose(self.heads, self.fed[is_in], half, self.basis, ridge)
        if self.slopes is None:
            return problem, 0.0
        slope, n_rows = self.slopes.of(kept, self.basis)
        per_row = 1 / n_rows.clamp_min(1)[:, None, None]
        problem = problem._replace(penalty=self.basis.stiffness(ridge).unsqueeze(1) * per_row)
        turned = problem.turn.from_outputs(place)
        wanted = problem.turn.from_outputs(slope) * per_row + problem.penalty * turned
        return problem, problem.slope_at(turned.flatten(1)).gradient - wanted.flatten(1)


def ready_to_fit(
    ground: Ground, trunk: Trunk, heads: Heads, ridge: float, on_part: Callable[[float], None]
) -> Again:
    """Look at all rows, once.

    Args:
        ground: what a start is measured on.
        trunk: that start.
        heads: the probes of all patients.
        ridge: of all of them.
        on_part: told the finished share; may raise.
    """
    import torch

    heads = replace(heads, weight=heads.weight.double(), bias=heads.bias.double())
    rows, slopes = ground.rows.thinned(MAX_ROWS), None
    if ground.beyond is not None or rows is not ground.rows:
        every = supply(ground.rows) if ground.beyond is None else ground.beyond
        slopes = sum_slopes(heads, every, trunk, ground.rows.n_blocks, on_part)
    features = trunk.features(rows.x[rows.real]).double()
    basis = whiten(features, rows.row_weight[rows.real].double(), ridge)
    block = torch.from_numpy(np.repeat(rows.block, rows.piece)).to(rows.real.device)[rows.real]
    fed = basis.feed(features)
    return Again(ground.tasks, rows, block, fed, basis, heads, slopes, ridge)
