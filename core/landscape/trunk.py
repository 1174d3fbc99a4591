"""The shared layers whose weights the samples pull at: linear maps without bias, each a ReLU."""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from jaxtyping import Bool, Float

if TYPE_CHECKING:
    import torch
    from torch import Tensor


class Pass(NamedTuple):
    """What one forward pass leaves behind, layer by layer."""

    inputs: "list[Float[Tensor, 'row _']]"
    """a: what each layer was fed."""
    active: "list[Bool[Tensor, 'row _']]"
    """Where each layer's ReLU lets the gradient through."""
    features: "Float[Tensor, 'row width']"


@dataclass(frozen=True)
class Trunk:
    """A multi-layer perceptron; `weights` are [output, input], the first layer first."""

    weights: "tuple[Float[Tensor, '_ _'], ...]"

    def forward(self, x: "Float[Tensor, 'row input']") -> Pass:
        """Features of the rows, and what the closed form needs of every layer."""
        inputs, active = [], []
        for weight in self.weights:
            inputs.append(x)
            z = x @ weight.T
            active.append(z > 0)
            x = z.clamp_min(0)
        return Pass(inputs, active, x)

    def backward(
        self, passed: Pass, gradient: "Float[Tensor, '*task row width']"
    ) -> "list[Float[Tensor, '*task row _']]":
        """δ of every layer from the gradients of the tasks' losses at the features.

        The tasks are one more axis in front: the forward pass is never repeated.
        """
        deltas = [gradient * passed.active[-1]]
        for weight, active in zip(self.weights[:0:-1], passed.active[-2::-1], strict=True):
            deltas.append((deltas[-1] @ weight).mul_(active))
        return deltas[::-1]


def draw_trunk(
    n_inputs: int, width: int, depth: int, generator: "torch.Generator", device: "torch.device"
) -> Trunk:
    """A random start: He-normal weights, drawn on the CPU so that every device starts alike."""
    import torch

    sizes = [n_inputs, *[width] * depth]
    weights = [
        torch.randn(n_out, n_in, generator=generator) * (2 / n_in) ** 0.5
        for n_in, n_out in pairwise(sizes)
    ]
    return Trunk(tuple(weight.to(device) for weight in weights))
