"""Sample-wise optima of several steps: every (sample, task) walks its own copy of the trunk.

After the first step a displacement is no outer product any more, so weights are kept for every
walk of a batch, and `torch.func` takes the gradients of all walks at once. A walk stops where its
step has become small beside its first one; it then keeps its place.
"""

from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING, Any, NamedTuple

from jaxtyping import Float

from core.landscape.heads import Heads
from core.landscape.trunk import Trunk

if TYPE_CHECKING:
    from torch import Tensor

SMALL_STEP = 1e-2
"""A walk has converged when its step is this share of its first one (L2)."""


class Walks(NamedTuple):
    """Where the walks of a batch ended."""

    displacement: "Float[Tensor, 'row task weight']"
    """Δ = θ after the last step − θ₀, all layers end to end."""
    length: "Float[Tensor, 'step row task']"
    """‖Δ‖₁ after each step."""
    stopped: "Float[Tensor, 'step row task']"
    """1 where the walk had converged by that step."""


def follow(
    trunk: Trunk,
    heads: Heads,
    x: "Float[Tensor, 'row input']",
    value: "Float[Tensor, 'row task']",
    steps: int,
    step_size: float,
) -> Walks:
    """Walk `steps` gradient steps of `step_size` on every loss of every row, heads held fixed.

    Args:
        trunk: the common start.
        heads: of the tasks in `value`.
        x: model inputs.
        value: labels, anything finite where missing (such walks mean nothing).
        steps: most steps.
        step_size: η.
    """
    import torch

    n_rows, n_tasks = value.shape
    inputs = x.repeat_interleave(n_tasks, 0)
    own = {
        name: part.repeat(n_rows, *[1] * (part.dim() - 1)) for name, part in _tensors(heads).items()
    }
    start = trunk.start
    gradient = torch.func.vmap(torch.func.grad(_loss_of(trunk)))
    theta = start.repeat(n_rows * n_tasks, 1)
    walking = torch.ones(len(theta), 1, dtype=x.dtype, device=x.device)
    first: Tensor | None = None
    lengths, stopped = [], []
    for _ in range(steps):
        move = gradient(theta, inputs, value.flatten(), own).mul_(step_size * walking)
        theta -= move
        size = move.norm(dim=1, keepdim=True)
        first = size if first is None else first
        walking = walking * (size > SMALL_STEP * first)
        lengths.append((theta - start).abs().sum(1).reshape(n_rows, n_tasks))
        stopped.append(1 - walking.reshape(n_rows, n_tasks))
    displacement = (theta - start).reshape(n_rows, n_tasks, -1)
    return Walks(displacement, torch.stack(lengths), torch.stack(stopped))


def _tensors(heads: Heads) -> "dict[str, Tensor]":
    """The fields of the heads that have an entry a task."""
    skipped = ("is_shared", "not_binary")
    return {f.name: getattr(heads, f.name) for f in fields(heads) if f.name not in skipped}


def _loss_of(trunk: Trunk) -> "Callable[[Tensor, Tensor, Tensor, dict[str, Tensor]], Tensor]":
    """The loss of one row and task as a function of the weights end to end."""

    def loss(theta: "Tensor", x: "Tensor", value: "Tensor", own: "dict[str, Tensor]") -> "Tensor":
        h = trunk.at(theta, x.unsqueeze(0))
        one: dict[str, Any] = {name: part.unsqueeze(0) for name, part in own.items()}
        heads = Heads(**one)
        return heads.losses(heads.logits(h), value.reshape(1, 1))[0, 0]

    return loss
