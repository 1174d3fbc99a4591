"""One step ahead: gradients of every task on its own, and the losses where they would lead.

The trunk is a function of its parameters laid end to end. The parameters one step ahead, one set a
task, are stacked, so that all losses of all tasks cost one forward pass of the stack. Gradients are
those of a task's mean loss over its labelled rows, in units of the constant predictor's loss, so
that kinds of tasks mix (METHODS §6).
"""

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from jaxtyping import Bool, Float

from core.landscape.heads import Heads
from core.landscape.trunks.trunk import Trunk

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
    """Of the trunk, by task or of their sum alone; and of the heads."""

    theta: "Float[Tensor, '#task weight']"
    weight: "Float[Tensor, 'task width output']"
    bias: "Float[Tensor, 'task output']"


def gradients(
    trunk: Trunk, stand: Stand, batch: Batch, unit: "Float[Tensor, ' task']", by_task: bool
) -> Gradients:
    """Gradients of loss / unit, averaged over each task's labelled rows; 0 without a label.

    Args:
        trunk: what is trained.
        stand: where.
        batch: rows of the step.
        unit: loss of each task's constant predictor.
        by_task: whether the trunk's gradients are kept apart, task by task.
    """
    import torch

    theta, heads = stand.theta.clone().requires_grad_(), stand.heads
    features = trunk.at(theta, batch.x)
    found = features.detach()
    share = batch.known / (batch.known.sum(0).clamp_min(1) * unit)
    residual = heads.residuals(heads.logits(found), batch.value) * share.unsqueeze(-1)
    if by_task:
        pull = heads.gradients(residual)
        (moves,) = torch.autograd.grad(features, theta, pull, is_grads_batched=True)
    else:
        joint = torch.einsum("rto,two->rw", residual, heads.weight)
        (move,) = torch.autograd.grad(features, theta, joint)
        moves = move.unsqueeze(0)
    return Gradients(moves, torch.einsum("rw,rto->two", found, residual), residual.sum(0))


def step(stand: Stand, found: Gradients, size: float) -> Stand:
    """Where one joint step leads: every task's gradient counts once."""
    heads = stand.heads
    weight, bias = heads.weight - size * found.weight, heads.bias - size * found.bias
    theta = stand.theta - size * found.theta.sum(0)
    return Stand(theta, replace(heads, weight=weight, bias=bias))


def losses_ahead(
    trunk: Trunk, stand: Stand, found: Gradients, size: float, batch: Batch
) -> "Float[Tensor, 'source row target']":
    """Losses of all tasks after the step of each source alone; the heads stay where they are."""
    import torch

    heads, n_rows = stand.heads, len(batch.x)
    widest = max(len(heads.weight) * heads.weight.shape[-1], *map(max, trunk.shapes))
    chunk = max(1, min(MAX_ELEMENTS // widest, trunk.max_rows(1)) // n_rows)
    parts = []
    for moves in torch.split(found.theta, chunk):
        ahead = stand.theta - size * moves
        features = torch.func.vmap(trunk.at, (0, None))(ahead, batch.x)
        logits = heads.logits(features.flatten(0, 1))
        value = batch.value.repeat(len(moves), 1)
        parts.append(heads.losses(logits, value).reshape(len(moves), n_rows, -1))
    return torch.cat(parts)


def losses_here(trunk: Trunk, stand: Stand, batch: Batch) -> "Float[Tensor, 'row target']":
    """Losses of all tasks where the run stands."""
    features = trunk.at(stand.theta, batch.x)
    return stand.heads.losses(stand.heads.logits(features), batch.value)
