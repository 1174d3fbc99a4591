"""Sample-wise optima of several steps, for any trunk: every walk has its own copy of the weights.

`torch.func` takes the gradients of all walks at once. A walk stops where its step has become small
beside its first one; it then keeps its place, and leaves the batch with others of its kind.
"""

from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from jaxtyping import Float, Int

from core.landscape.heads import Heads
from core.landscape.layers.by_row import vectorised
from core.landscape.layers.pull import Whole
from core.landscape.trunks.trunk import Trunk
from core.landscape.walks.walk import FEW_LEFT, SMALL_STEP, Walks, is_asked

if TYPE_CHECKING:
    from torch import Tensor


def follow_copies(
    trunk: Trunk,
    heads: Heads,
    x: "Float[Tensor, 'walk input']",
    value: "Float[Tensor, ' walk']",
    task: "Int[Tensor, ' walk']",
    steps: int,
    step_size: float,
) -> Walks:
    """See `core.landscape.walks.follow.follow`."""
    import torch

    start, n_walks = trunk.start, len(x)
    gradient = torch.func.vmap(torch.func.grad(_loss_of(trunk)))
    end = start.repeat(n_walks, 1)
    theta, left = end, torch.arange(n_walks, device=x.device)
    walking = torch.ones(n_walks, dtype=torch.bool, device=x.device)
    first = torch.zeros(n_walks, dtype=x.dtype, device=x.device)
    length, stopped = x.new_zeros(steps, n_walks), x.new_zeros(steps, n_walks)
    own = {name: part[task] for name, part in _tensors(heads).items()}
    for step in range(steps):
        if is_asked(step, x.device) and walking[left].sum() < FEW_LEFT * len(left):
            _put(end, left, theta)
            left = walking.nonzero()[:, 0]
            theta = end[left]
        if len(left) > 0:
            with vectorised():
                here = {name: part[left] for name, part in own.items()}
                move = gradient(theta, x[left], value[left], here).detach()
            move.mul_((step_size * walking[left]).unsqueeze(1))
            theta -= move
            size = move.norm(dim=1)
            first[left] = size if step == 0 else first[left]
            walking[left] &= size > SMALL_STEP * first[left]
        length[step] = length[step - 1]
        length[step, left] = (theta - start).abs().sum(1)
        stopped[step] = ~walking
    _put(end, left, theta)
    displacement = (end - start).reshape(1, n_walks, 1, -1)
    seen = torch.arange(n_walks, device=x.device)
    return Walks([Whole(displacement)], length, seen, stopped)


def _put(end: "Tensor", left: "Tensor", theta: "Tensor") -> None:
    """Write down where the walks of the batch stand."""
    if theta is not end:
        end[left] = theta


def _tensors(heads: Heads) -> "dict[str, Tensor]":
    """The fields of the heads that have an entry a task."""
    skipped = ("is_shared", "not_binary", "all_binary", "one_bias")
    return {f.name: getattr(heads, f.name) for f in fields(heads) if f.name not in skipped}


def _loss_of(trunk: Trunk) -> "Callable[[Tensor, Tensor, Tensor, dict[str, Tensor]], Tensor]":
    """The loss of one row and task as a function of the weights end to end."""

    def loss(theta: "Tensor", x: "Tensor", value: "Tensor", own: "dict[str, Tensor]") -> "Tensor":
        h = trunk.at(theta, x.unsqueeze(0))
        one: dict[str, Any] = {name: part.unsqueeze(0) for name, part in own.items()}
        heads = Heads(**one)
        return heads.losses(heads.logits(h), value.reshape(1, 1))[0, 0]

    return loss
