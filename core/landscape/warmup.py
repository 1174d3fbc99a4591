"""A short joint run: the trunk and a linear head for each task learn together for a few steps.

A random trunk knows nothing of the data; after some steps its layers ask for what the tasks have in
common. The heads are private and thrown away: the landscape gives the tasks the heads that its
settings name. Length, optimiser and weighting are ours; the paper does not give any.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from core.landscape.drawn_heads import draw_own_heads
from core.landscape.rows.labels import CountedLabels, Labels
from core.landscape.rows.pieces import Rows
from core.landscape.trunks.trunk import Trunk
from core.values import Task

if TYPE_CHECKING:
    import torch

BATCH = 128
"""Rows a step."""

RATE = 3e-3
"""Of Adam, which takes steps of about this size in every parameter."""


def warm_up(
    trunk: Trunk,
    tasks: Sequence[Task],
    labels: Labels | CountedLabels,
    rows: Rows,
    steps: int,
    generator: "torch.Generator",
    on_step: Callable[[float], None],
) -> Trunk:
    """The trunk after `steps` joint steps on rows drawn by their weight.

    Every task counts alike: its mean loss over the labelled rows of a batch.

    Args:
        trunk: where to start from; all its parameters that count are trained.
        tasks: in the order of the labels.
        labels: of the tasks, for the base rates that the heads start at.
        rows: to draw from.
        steps: how many.
        generator: of the heads and the batches.
        on_step: told the finished share before every step; may raise.
    """
    import torch

    device = rows.x.device
    theta = trunk.start.clone().requires_grad_()
    drawn = draw_own_heads(tasks, labels, trunk.width, "prior", generator, device)
    head = [drawn.weight.clone().requires_grad_(), drawn.bias.clone().requires_grad_()]
    search = torch.optim.Adam([theta, *head], lr=RATE)
    mass = rows.row_weight.double().cpu().cumsum(0)
    size = min(BATCH, max(1, trunk.max_rows(len(tasks))))
    for step in range(steps):
        on_step(step / steps)
        at = torch.rand(size, generator=generator, dtype=torch.float64) * mass[-1]
        part = torch.searchsorted(mass, at, right=True).clamp_max(len(mass) - 1)
        part = part.to(device, non_blocking=True)
        search.zero_grad()
        features = trunk.at(theta, rows.x[part])
        heads = replace(drawn, weight=head[0], bias=head[1])
        losses = heads.losses(heads.logits(features), rows.value[part])
        known = rows.known[part].to(losses.dtype)
        by_task = (losses * known).sum(0) / known.sum(0).clamp_min(1.0)
        by_task.mean().backward()  # type: ignore[no-untyped-call]
        search.step()
    return trunk.moved(theta.detach())
