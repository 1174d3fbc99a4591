"""Many smooth convex problems at once, each with a quasi-Newton search of its own.

L-BFGS (Nocedal & Wright, *Numerical Optimization*, algorithm 7.4) on all problems side by side:
every operation is one over all of them, and none waits for the step of another. A step is as long
as the metric says, or shorter where the slope along it has turned by more than `TURNED`; values are
never compared, so that a search ends at rounding of the gradient and not of the loss.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from jaxtyping import Float

if TYPE_CHECKING:
    from torch import Tensor

MEMORY = 20
"""Steps that a search learns its curvature from."""

TURNED = 0.9
"""Slope at the end of a step, as a share of the one at its start, past which it was too long."""

SHORTEST = 0.1
"""Share of itself that a step is cut to at most, at a time."""

MOST_CUTS = 20
"""Times that a step is cut at most; more are only met at rounding."""


class Slope(NamedTuple):
    """Of every problem at one place."""

    gradient: "Float[Tensor, 'problem coordinate']"
    curvature: "Float[Tensor, 'problem coordinate']"
    """About the second derivative by each coordinate, above 0; it need not be right."""


def minimise(
    slope_at: "Callable[[Float[Tensor, 'problem coordinate']], Slope]",
    start: "Float[Tensor, 'problem coordinate']",
    tolerance: "float | Float[Tensor, ' problem']",
    max_steps: int,
    on_step: Callable[[float], None],
) -> "Float[Tensor, 'problem coordinate']":
    """Where every gradient has no entry above `tolerance`, or where `max_steps` lead.

    Args:
        slope_at: of all problems at a place each; what is no longer finite is left where it is.
        start: the first place.
        tolerance: largest entry of a gradient that counts as none, of all or of each.
        max_steps: how many, at most.
        on_step: told the share of them before each; may raise.
    """
    import torch

    past = _Past()
    on_step(0.0)
    place, here = start, slope_at(start)
    for number in range(1, max_steps):
        is_open = here.gradient.abs().amax(1) > tolerance
        if not bool(is_open.any()):
            break
        step = -past.times(here.gradient, here.curvature) * is_open.unsqueeze(1)
        slope = (here.gradient * step).sum(1).abs()
        on_step(number / max_steps)
        there = slope_at(place + step)
        for _ in range(MOST_CUTS):
            ahead = (there.gradient * step).sum(1)
            is_long = ahead > TURNED * slope
            if not bool(is_long.any()):
                break
            crossing = (slope / (slope + ahead)).clamp_min(SHORTEST)  # if the slope is a line
            share = torch.where(is_long, crossing, 1.0)
            step, slope = step * share.unsqueeze(1), slope * share
            there = slope_at(place + step)
        past.keep(step, there.gradient - here.gradient)
        place, here = place + step, there
    return place


class _Past:
    """The last steps of every problem, and how the gradient changed along them."""

    def __init__(self) -> None:
        self.steps: list[tuple[Tensor, Tensor, Tensor]] = []

    def keep(
        self,
        step: "Float[Tensor, 'problem coordinate']",
        change: "Float[Tensor, 'problem coordinate']",
    ) -> None:
        """Take in a step; of a problem that stood still, nothing is learned."""
        import torch

        along = (step * change).sum(1, keepdim=True)
        per_along = torch.where(along > 0, 1 / along, 0.0)
        self.steps = [*self.steps, (step, change, per_along)][-MEMORY:]

    def times(
        self,
        gradient: "Float[Tensor, 'problem coordinate']",
        curvature: "Float[Tensor, 'problem coordinate']",
    ) -> "Float[Tensor, 'problem coordinate']":
        """The inverse of the Hessian, as far as the past tells it, times the gradient."""
        found, shares = gradient, []
        for step, change, per_along in reversed(self.steps):
            shares.append(per_along * (step * found).sum(1, keepdim=True))
            found = found - shares[-1] * change
        found = found / curvature
        for step, change, per_along in self.steps:
            share = shares.pop() - per_along * (change * found).sum(1, keepdim=True)
            found = found + share * step
        return found
