"""Sketches of the displacements: a few numbers a (sample, task), for the pictures.

A random projection of the outer product δ aᵀ is the outer product of two random projections,
(R₁ δ) ⊗ (R₂ a), so it needs no gradient either; layers add up. Squared lengths are kept on average.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Float, Float32, Int

from core.landscape.heads import Heads
from core.landscape.rows.labels import Labels
from core.landscape.trunks.trunk import Trunk
from core.machine.device import send

if TYPE_CHECKING:
    import torch
    from torch import Tensor

SIDE = 8
"""Random projections of each factor: a sketch has SIDE² coordinates."""

MAX_ROWS = 4096
"""Rows sketched at a time."""


class Projections(NamedTuple):
    """R₁ and R₂ of every layer."""

    left: "list[Float[Tensor, 'side output']]"
    right: "list[Float[Tensor, 'side input']]"


class Sketched(NamedTuple):
    """What `sketch_points` found, task after task in the order of the rows given."""

    sketch: Float[np.ndarray, "point coordinate"]
    loss: Float[np.ndarray, " point"]


def draw_projections(trunk: Trunk, generator: "torch.Generator") -> Projections:
    """Gaussian projections, scaled so that lengths are kept on average."""
    import torch

    def draw(n: int) -> "Tensor":
        drawn = torch.randn(SIDE, n, generator=generator) / float(SIDE**0.5)
        return drawn.to(trunk.device)

    left, right = zip(*trunk.shapes, strict=True)
    return Projections([draw(n) for n in left], [draw(n) for n in right])


def sketch_points(
    trunk: Trunk,
    heads: Sequence[Heads],
    projections: Projections,
    x: Float32[np.ndarray, "row input"],
    labels: Labels,
    drawn: Sequence[Int[np.ndarray, " row"]],
) -> Sketched:
    """Sketch and loss of the rows drawn for each task (all of them labelled), by its own head."""
    import torch

    device, step = trunk.device, min(MAX_ROWS, trunk.max_rows(1))
    # put together on the device, so that no task waits for the one before
    sketches, losses = [torch.zeros(0, SIDE * SIDE, device=device)], [torch.zeros(0, device=device)]
    for task, (head, rows) in enumerate(zip(heads, drawn, strict=True)):
        for start in range(0, len(rows), step):
            part = rows[start : start + step]
            sketch, loss = _sketch(
                trunk,
                head,
                projections,
                send(x[part], device),
                send(labels.value[part, task : task + 1], device, torch.float32),
            )
            sketches.append(sketch)
            losses.append(loss)
    return Sketched(_numpy(torch.cat(sketches)), _numpy(torch.cat(losses)))


def _numpy(values: "Tensor") -> np.ndarray:
    return np.asarray(values.double().cpu().numpy())


def _sketch(
    trunk: Trunk, head: Heads, projections: Projections, x: "Tensor", value: "Tensor"
) -> "tuple[Float[Tensor, 'row coordinate'], Float[Tensor, ' row']]":
    import torch

    passed = trunk.forward(x)
    logits = head.logits(passed.features)
    pull = head.residuals(logits, value)[:, 0] @ head.weight[0].T
    pulls = passed.pulls(-pull.unsqueeze(0))  # downhill: Δ = −η ∇ℓ with η = 1
    layers = zip(pulls, projections.left, projections.right, strict=True)
    sketches = [layer.sketch(left, right)[0] for layer, left, right in layers]
    return torch.stack(sketches).sum(0).flatten(1), head.losses(logits, value)[:, 0]
