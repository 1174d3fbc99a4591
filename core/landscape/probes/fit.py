"""The probes of all tasks.

The probe of every task is a convex problem, and all are solved side by side in double precision. It
has a unique solution (ridge), so the result does not depend on the order of the rows or of the
tasks.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from jaxtyping import Float

from core.landscape.heads import Heads, make_heads
from core.landscape.not_finite import stop_at_features
from core.landscape.probes.basis import Basis, whiten
from core.landscape.probes.correct import correct
from core.landscape.probes.every_row import EveryRow
from core.landscape.probes.problem import Problem, pose
from core.landscape.quasi_newton import Slope, minimise
from core.landscape.rows.pieces import Rows, Supply
from core.landscape.trunks.trunk import Trunk
from core.values import Task

if TYPE_CHECKING:
    from torch import Tensor

STEPS = 150
"""Steps at most; they end at the tolerance long before as a rule."""

TOLERANCE = 1e-7
"""Largest slope of a mean loss that counts as none, in whitened coordinates."""

RAREST = 1e-4
"""Base rate that a probe starts from at least."""

AT_HAND = 0.1
"""Share of the work that the rows at hand are, where many more are read."""


def fit_probes(
    tasks: Sequence[Task],
    rows: Rows,
    trunk: Trunk,
    ridge: float,
    on_round: Callable[[float], None],
    every: Supply | None = None,
) -> Heads:
    """Minimise for each task its mean loss over its labelled rows + ridge/(2 n) ‖w‖².

    A row counts by its weight, and n is the number of rows of one weight that tell as much.

    The penalty is on weights of features scaled to unit root mean square (one scale for all), so
    `ridge` is the precision of a Gaussian prior; the bias is free. A task without labels gets 0.

    Args:
        tasks: of the labels.
        rows: at hand.
        trunk: whose features the probes see.
        ridge: see above.
        on_round: told the finished share; may raise.
        every: all rows, where those at hand only stand for them: the probes are then those of all.

    Raises:
        TableError: features that are not finite.
    """
    import torch

    width, n_outputs = trunk.width, max(task.n_outputs for task in tasks)
    heads = make_heads(
        tasks,
        weight=torch.zeros(len(tasks), width, n_outputs, dtype=torch.float64, device=rows.x.device),
        bias=torch.zeros(len(tasks), n_outputs, dtype=torch.float64, device=rows.x.device),
    )
    basis, problem = _pose(heads, rows, trunk, ridge)
    fitting = on_round if every is None else partial(_tell, on_round, 0.0, AT_HAND)
    place = minimise(problem.slope_at, _start(problem), TOLERANCE, STEPS, fitting)
    if every is not None:
        reading = partial(_tell, on_round, AT_HAND, 1.0)
        place = correct(problem, place, EveryRow(every, trunk, basis, ridge), _solve, reading)
    weight, bias = basis.plain(problem.turn.to_outputs(place.view(problem.shape)))
    return make_heads(tasks, weight.float(), bias.float())


def _pose(heads: Heads, rows: Rows, trunk: Trunk, ridge: float) -> tuple[Basis, Problem]:
    """The problem of the rows at hand, and its coordinates."""
    features = trunk.features(rows.x[rows.real]).double()
    stop_at_features(features, rows)
    basis = whiten(features, rows.row_weight[rows.real].double(), ridge)
    return basis, pose(heads, basis.feed(features), rows, basis, ridge)


def _tell(on_round: Callable[[float], None], start: float, stop: float, share: float) -> None:
    on_round(start + (stop - start) * share)


def _solve(slope_at: "Callable[[Tensor], Slope]", start: "Tensor") -> "Tensor":
    return minimise(slope_at, start, TOLERANCE, STEPS, lambda share: None)


def _start(problem: Problem) -> "Float[Tensor, 'task coordinate_output']":
    """Nothing but the base rates."""
    import torch

    heads = problem.heads
    start = heads.weight.new_zeros(problem.shape)
    is_known = heads.is_binary & (problem.counts.sum(0) > 0)
    start[:, -1, 0] = torch.where(is_known, _log_odds(problem), 0.0)
    return start.flatten(1)


def _log_odds(problem: Problem) -> "Float[Tensor, ' task']":
    """Of the base rate of every task; where its probe starts, as most of the way is to there."""
    import torch

    labels, counts = problem.labels, problem.counts
    rates = problem.chunks.each(
        len(labels), lambda start, stop: (labels[start:stop] * counts[start:stop]).sum(0)
    )
    return torch.stack(rates).sum(0).clamp(RAREST, 1 - RAREST).logit()
