"""One step ahead: gradients of every task on its own, and the losses where they would lead.

The trunk is a function of its parameters laid end to end. The parameters one step ahead, one set a
task, are stacked, so that the losses after the steps of many tasks cost one forward pass of the
stack. Gradients are those of a task's mean loss over its labelled rows, in units of the constant
predictor's loss, so that kinds of tasks mix (METHODS §6).
"""

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from jaxtyping import Bool, Float

from core.landscape.heads import Heads
from core.landscape.trunks.trunk import Back, Trunk

if TYPE_CHECKING:
    from torch import Tensor

MAX_ELEMENTS = 2**22
"""Numbers in the largest tensor of a look ahead (16 MB)."""


class Batch(NamedTuple):
    """Rows of one step or of one look ahead."""

    x: "Float[Tensor, 'row input']"
    value: "Float[Tensor, 'row task']"
    known: "Bool[Tensor, 'row task']"


class Stand(NamedTuple):
    """Where a joint run stands."""

    theta: "Float[Tensor, ' weight']"
    """The trunk's parameters that count."""
    heads: Heads


class Gradients(NamedTuple):
    """Of the sum of all tasks' losses: of the trunk and of the heads."""

    theta: "Float[Tensor, ' weight']"
    weight: "Float[Tensor, 'task width output']"
    bias: "Float[Tensor, 'task output']"


class Pulled(NamedTuple):
    """A batch on its way back: what every task asks of the features, and the way from there.

    Losses are in `unit`, averaged over each task's labelled rows; 0 without a label.
    """

    heads: Heads
    features: "Float[Tensor, 'row width']"
    back: Back
    residual: "Float[Tensor, 'row task output']"

    def joint(self) -> Gradients:
        """Of all tasks together."""
        import torch

        residual = self.residual
        pull = torch.einsum("rto,two->rw", residual, self.heads.weight)
        weight = torch.einsum("rw,rto->two", self.features, residual)
        return Gradients(self.back(pull.unsqueeze(0))[0], weight, residual.sum(0))

    def moves(self, start: int, stop: int) -> "Float[Tensor, 'source weight']":
        """The trunk's gradients of some tasks, each by its own loss."""
        import torch

        some = torch.arange(start, stop, device=self.residual.device)
        return self.back(self.heads.of(some).gradients(self.residual[:, start:stop]))


def pull_back(trunk: Trunk, stand: Stand, batch: Batch, unit: "Float[Tensor, ' task']") -> Pulled:
    """One forward pass of a batch, from where any gradient of it can be taken.

    Args:
        trunk: what is trained.
        stand: where.
        batch: rows of the step.
        unit: loss of each task's constant predictor.
    """
    heads, (features, back) = stand.heads, trunk.and_back(stand.theta, batch.x)
    share = batch.known / (batch.known.sum(0).clamp_min(1) * unit)
    logits = heads.logits(features)
    residual = heads.residuals(logits, batch.value) * share.unsqueeze(-1)
    return Pulled(heads, features, back, residual)


def step(stand: Stand, found: Gradients, size: float) -> Stand:
    """Where one joint step leads: every task's gradient counts once."""
    heads = stand.heads
    weight, bias = heads.weight - size * found.weight, heads.bias - size * found.bias
    theta = stand.theta - size * found.theta
    return Stand(theta, replace(heads, weight=weight, bias=bias))


def losses_ahead(
    trunk: Trunk,
    stand: Stand,
    moves: "Float[Tensor, 'source weight']",
    size: float,
    batch: Batch,
) -> "Float[Tensor, 'source row target']":
    """Losses of all tasks after the step of each source alone; the heads stay where they are."""
    import torch

    heads, n_rows = stand.heads, len(batch.x)
    features = torch.func.vmap(trunk.at, (0, None))(stand.theta - size * moves, batch.x)
    logits = heads.logits(features.flatten(0, 1))
    value = batch.value.repeat(len(moves), 1)
    return heads.losses(logits, value).reshape(len(moves), n_rows, -1)


def sources_at_a_time(trunk: Trunk, heads: Heads, n_rows: int) -> int:
    """As many as keep their parameters ahead, and all losses there, in `MAX_ELEMENTS`."""
    widest = max(len(heads.weight) * heads.weight.shape[-1], *map(max, trunk.shapes))
    rows = max(1, min(MAX_ELEMENTS // widest, trunk.max_rows(1)))
    return max(1, min(rows // n_rows, MAX_ELEMENTS // len(trunk.start)))


def losses_here(trunk: Trunk, stand: Stand, batch: Batch) -> "Float[Tensor, 'row target']":
    """Losses of all tasks where the run stands."""
    features = trunk.at(stand.theta, batch.x)
    return stand.heads.losses(stand.heads.logits(features), batch.value)
