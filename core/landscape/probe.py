"""A head of its own for every task: a linear or logistic probe on the frozen features.

The probe of every task is a convex problem, and all are solved side by side in double precision. It
has a unique solution (ridge), so the result does not depend on the order of the rows or of the
tasks.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from jaxtyping import Float

from core.landscape.heads import Heads, make_heads
from core.landscape.memory import Batches
from core.landscape.not_finite import stop_at_features
from core.landscape.quasi_newton import Slope, minimise
from core.landscape.rows.pieces import Rows
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

FLATTEST = 1e-12
"""Curvature of a direction that nothing depends on, so that nothing is divided by 0."""

CHUNK = 16384
"""Rows whose logits are held at a time."""


class _Basis(NamedTuple):
    """Features centred and whitened: in these coordinates all directions curve alike."""

    centre: "Float[Tensor, ' width']"
    whiten: "Float[Tensor, 'width width']"
    square: "Float[Tensor, ' width']"
    """Mean square of the features in each: 1, or less in a direction that hardly varies."""
    scale: "Tensor"


def fit_probes(
    tasks: Sequence[Task],
    rows: Rows,
    trunk: Trunk,
    ridge: float,
    on_round: Callable[[float], None],
) -> Heads:
    """Minimise for each task its mean loss over its labelled rows + ridge/(2 n) ‖w‖².

    A row counts by its weight, and n is the number of rows of one weight that tell as much.

    The penalty is on weights of features scaled to unit root mean square (one scale for all), so
    `ridge` is the precision of a Gaussian prior; the bias is free. A task without labels gets 0.

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
    features = trunk.features(rows.x[rows.real]).double()
    stop_at_features(features, rows)
    weights = rows.row_weight[rows.real].double()
    basis = _whiten(features, weights, ridge)
    features = (features - basis.centre) @ basis.whiten
    weight, bias = _minimise(_pose(heads, features, rows, basis, ridge), on_round)
    weight = torch.einsum("vw,two->tvo", basis.whiten, weight)
    bias = bias - torch.einsum("w,two->to", basis.centre, weight)
    return make_heads(tasks, weight.float(), bias.float())


def _whiten(
    features: "Float[Tensor, 'row width']", weights: "Float[Tensor, ' row']", ridge: float
) -> _Basis:
    import torch

    n_rows = weights.sum()
    centre = weights @ features / n_rows
    centred = features - centre
    covariance = centred.T @ (centred * weights.unsqueeze(1)) / n_rows
    scale = covariance.diagonal().mean().sqrt()
    scale = torch.where(scale > 0, scale, torch.ones_like(scale))
    spread, directions = torch.linalg.eigh(covariance)
    floor = scale**2 * (4 * ridge / _as_many(weights) + 1e-9)  # 4: a logistic curves by 1/4 at most
    spread = spread.clamp_min(0)
    return _Basis(centre, directions / (spread + floor).sqrt(), spread / (spread + floor), scale)


class _Problem(NamedTuple):
    """The probes of all tasks in whitened coordinates; the last one is the bias."""

    heads: Heads
    fed: "Float[Tensor, 'row coordinate']"
    labels: "Float[Tensor, 'row task']"
    counts: "Float[Tensor, 'row task']"
    """What a row counts in the mean loss of a task; 0 without a label."""
    penalty: "Float[Tensor, 'task coordinate 1']"
    square: "Float[Tensor, 'coordinate 1']"
    """Mean square of what is fed."""
    chunks: Batches

    @property
    def shape(self) -> tuple[int, int, int]:
        """Tasks, coordinates and outputs."""
        n_tasks, width, n_outputs = self.heads.weight.shape
        return n_tasks, width + 1, n_outputs

    def slope_at(self, place: "Float[Tensor, 'task coordinate_output']") -> Slope:
        """Of every task's loss with its penalty."""
        import torch

        weight = place.view(self.shape)
        slope, bend = self.penalty * weight, torch.zeros_like(self.heads.bias)

        def add(start: int, stop: int) -> None:
            move, more = self._of(slice(start, stop), weight)
            slope.add_(move)
            bend.add_(more)

        self.chunks.over(len(self.fed), add)
        metric = self.penalty + self.square * bend.unsqueeze(1)
        return Slope(slope.flatten(1), metric.clamp_min(FLATTEST).flatten(1))

    def _of(
        self, rows: slice, weight: "Float[Tensor, 'task coordinate output']"
    ) -> "tuple[Float[Tensor, 'task coordinate output'], Float[Tensor, 'task output']]":
        """What some rows add to the slope of the losses, and to their curvature."""
        import torch

        heads, (n_tasks, _, n_outputs) = self.heads, self.shape
        value, count = self.labels[rows].double(), self.counts[rows].unsqueeze(-1)
        logits = (self.fed[rows] @ weight.transpose(0, 1).flatten(1)).view(-1, n_tasks, n_outputs)
        residual = heads.residuals(logits, value)
        size = residual.abs()
        curvature = size.mul_(1 - size)  # p (1 − p) of every chance p, whichever the label
        if not heads.all_binary:
            is_line = ~(heads.is_binary | heads.is_multiclass | heads.is_hazard).unsqueeze(1)
            curvature = torch.where(is_line, 1.0, curvature)
        pull = (residual * count).flatten(1)
        move = (self.fed[rows].T @ pull).view(-1, n_tasks, n_outputs)
        return move.transpose(0, 1), (curvature * count).sum(0)


def _pose(
    heads: Heads, features: "Float[Tensor, 'row width']", rows: Rows, basis: _Basis, ridge: float
) -> _Problem:
    """The problem of whitened features."""
    import torch

    fed = torch.cat([features, torch.ones_like(features[:, :1])], 1)
    counts = rows.known[rows.real] * rows.row_weight[rows.real].double().unsqueeze(1)
    n_rows = _as_many(counts).clamp_min(1)
    counts *= 1 / counts.sum(0).clamp_min(1)
    stiff = torch.cat([ridge * (basis.scale * basis.whiten).square().sum(0), fed.new_zeros(1)])
    penalty = stiff.unsqueeze(1) / n_rows[:, None, None]
    square = torch.cat([basis.square, fed.new_ones(1)]).unsqueeze(1)
    return _Problem(heads, fed, rows.value[rows.real], counts, penalty, square, Batches(CHUNK))


def _as_many(weights: "Float[Tensor, 'row *task']") -> "Float[Tensor, '*task']":
    """How many rows of one weight tell as much (Kish 1965): few rows that stand for many are held
    back as the few they are, or their probes would fit chance."""
    return weights.sum(0).square() / weights.square().sum(0).clamp_min(1e-300)


def _minimise(
    problem: _Problem, on_round: Callable[[float], None]
) -> "tuple[Float[Tensor, 'task width output'], Float[Tensor, 'task output']]":
    """Weights in the whitened coordinates, and biases."""
    import torch

    heads = problem.heads
    start = heads.weight.new_zeros(problem.shape)
    is_known = heads.is_binary & (problem.counts.sum(0) > 0)
    start[:, -1, 0] = torch.where(is_known, _log_odds(problem), 0.0)
    found = minimise(problem.slope_at, start.flatten(1), TOLERANCE, STEPS, on_round)
    found = found.view(problem.shape)
    return found[:, :-1], found[:, -1]


def _log_odds(problem: _Problem) -> "Float[Tensor, ' task']":
    """Of the base rate of every task; where its probe starts, as most of the way is to there."""
    import torch

    labels, counts = problem.labels, problem.counts
    rates = problem.chunks.each(
        len(labels), lambda start, stop: (labels[start:stop] * counts[start:stop]).sum(0)
    )
    return torch.stack(rates).sum(0).clamp(RAREST, 1 - RAREST).logit()
