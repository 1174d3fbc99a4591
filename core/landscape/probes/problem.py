"""The probes of all tasks as one convex problem, on rows at hand."""

from typing import TYPE_CHECKING, NamedTuple

from jaxtyping import Float

from core.landscape.heads import Heads
from core.landscape.memory import Batches
from core.landscape.probes.basis import Basis, as_many
from core.landscape.probes.turn import Turn, find_turn
from core.landscape.quasi_newton import Slope
from core.landscape.rows.pieces import Rows

if TYPE_CHECKING:
    from torch import Tensor

FLATTEST = 1e-12
"""Curvature of a direction that nothing depends on, so that nothing is divided by 0."""

CHUNK = 16384
"""Rows whose logits are held at a time."""


class Problem(NamedTuple):
    """The probes of all tasks in whitened coordinates, of which the last is the bias, and with the
    outputs of tasks of several classes turned (`core.landscape.probes.turn`)."""

    heads: Heads
    fed: "Float[Tensor, 'row coordinate']"
    labels: "Float[Tensor, 'row task']"
    counts: "Float[Tensor, 'row task']"
    """What a row counts in the mean loss of a task; 0 without a label."""
    penalty: "Float[Tensor, 'task coordinate 1']"
    square: "Float[Tensor, 'coordinate 1']"
    """Mean square of what is fed."""
    turn: Turn
    chunks: Batches

    @property
    def shape(self) -> tuple[int, int, int]:
        """Tasks, coordinates and outputs."""
        n_tasks, width, n_outputs = self.heads.weight.shape
        return n_tasks, width + 1, n_outputs

    def slope_at(self, place: "Float[Tensor, 'task coordinate_output']") -> Slope:
        """Of every task's loss with its penalty."""
        import torch

        at = place.view(self.shape)
        weight, slope = self.turn.to_outputs(at), self.penalty * at
        bend = torch.zeros_like(self.heads.bias)

        def add(start: int, stop: int) -> None:
            move, more = self._of(slice(start, stop), weight)
            slope.add_(self.turn.from_outputs(move))
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
        if self.turn.is_needed:
            turned = self.turn.curvature(residual, value)
            curvature = torch.where(heads.is_multiclass.unsqueeze(1), turned, curvature)
        pull = (residual * count).flatten(1)
        move = (self.fed[rows].T @ pull).view(-1, n_tasks, n_outputs)
        return move.transpose(0, 1), (curvature * count).sum(0)


def pose(
    heads: Heads, fed: "Float[Tensor, 'row coordinate']", rows: Rows, basis: Basis, ridge: float
) -> Problem:
    """The problem of the coordinates of some rows."""
    import torch

    labels = rows.value[rows.real]
    counts = rows.known[rows.real] * rows.row_weight[rows.real].double().unsqueeze(1)
    n_rows = as_many(counts).clamp_min(1)
    counts *= 1 / counts.sum(0).clamp_min(1)
    penalty = basis.stiffness(ridge).unsqueeze(1) / n_rows[:, None, None]
    square = torch.cat([basis.square, fed.new_ones(1)]).unsqueeze(1)
    turn = find_turn(heads, labels, counts)
    return Problem(heads, fed, labels, counts, penalty, square, turn, Batches(CHUNK))
