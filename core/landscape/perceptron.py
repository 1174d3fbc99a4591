"""Trunks of linear maps without bias, each a ReLU or none: the ones with a closed form."""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from jaxtyping import Bool, Float

from core.landscape.layers import Factors, Pull
from core.landscape.trunk import Pass, Trunk

if TYPE_CHECKING:
    import torch
    from torch import Tensor

MAX_ROWS = 16384
"""Rows whose activations are held at a time (8 MB at 128 units)."""


@dataclass(frozen=True, eq=False)
class PerceptronPass(Pass):
    """What one forward pass leaves behind, by layer that counts."""

    trunk: "Perceptron"
    inputs: "list[Float[Tensor, 'row _']]"
    """a: what each layer was fed."""
    active: "list[Bool[Tensor, 'row _']]"
    """Where each layer's ReLU lets the gradient through."""
    later: "list[Bool[Tensor, 'row _']]"
    """The same of all layers from the first that counts on."""
    features: "Float[Tensor, 'row width']"

    def pulls(self, gradient: "Float[Tensor, 'task row width']") -> list[Pull]:
        deltas = self.trunk.backward(self, gradient)
        return [Factors(delta, a) for delta, a in zip(deltas, self.inputs, strict=True)]


@dataclass(frozen=True, eq=False)
class Perceptron(Trunk):
    """A multi-layer perceptron; `weights` are [output, input], the first layer first."""

    weights: "tuple[Float[Tensor, '_ _'], ...]"
    counted: tuple[int, ...] = ()
    """The layers that count, ascending; all where none is named."""
    rectified: bool = True
    """Without ReLU the trunk is a linear map."""

    @property
    def layers(self) -> tuple[int, ...]:
        return self.counted or tuple(range(len(self.weights)))

    @property
    def width(self) -> int:
        return len(self.weights[-1])

    @property
    def shapes(self) -> list[tuple[int, int]]:
        return [(len(self.weights[k]), self.weights[k].shape[1]) for k in self.layers]

    @property
    def start(self) -> "Float[Tensor, ' weight']":
        import torch

        return torch.cat([self.weights[layer].flatten() for layer in self.layers])

    def max_rows(self, n_tasks: int) -> int:
        return MAX_ROWS

    def forward(self, x: "Float[Tensor, 'row input']") -> PerceptronPass:
        import torch

        inputs, active, layers = [], [], self.layers
        for layer, weight in enumerate(self.weights):
            if layer in layers:
                inputs.append(x)
            x = x @ weight.T
            if layer >= layers[0]:
                active.append(x > 0 if self.rectified else torch.ones_like(x, dtype=torch.bool))
            x = x.clamp_min(0) if self.rectified else x
        counted = [active[layer - layers[0]] for layer in layers]
        return PerceptronPass(self, inputs, counted, active, x)

    def backward(
        self, passed: PerceptronPass, gradient: "Float[Tensor, '*task row width']"
    ) -> "list[Float[Tensor, '*task row _']]":
        """δ of every layer that counts, from the gradients of the losses at the features."""
        first, found = self.layers[0], {}
        delta = gradient * passed.later[-1]
        for layer in range(len(self.weights) - 1, first, -1):
            found[layer] = delta
            delta = (delta @ self.weights[layer]).mul_(passed.later[layer - 1 - first])
        found[first] = delta
        return [found[layer] for layer in self.layers]

    def moved(self, theta: "Float[Tensor, ' weight']") -> "Perceptron":
        parts = self._parts(theta)
        weights = (parts.get(layer, weight) for layer, weight in enumerate(self.weights))
        return replace(self, weights=tuple(weights))

    def at(
        self, theta: "Float[Tensor, ' weight']", x: "Float[Tensor, 'row input']"
    ) -> "Float[Tensor, 'row width']":
        parts = self._parts(theta)
        for layer, weight in enumerate(self.weights):
            x = x @ parts.get(layer, weight).T
            x = x.relu() if self.rectified else x
        return x

    def _parts(self, theta: "Float[Tensor, ' weight']") -> "dict[int, Tensor]":
        """The weights of every layer that counts."""
        import torch

        parts = torch.split(theta, [n_out * n_in for n_out, n_in in self.shapes])
        layers = zip(self.layers, parts, self.shapes, strict=True)
        return {layer: part.reshape(shape) for layer, part, shape in layers}


def draw_perceptron(
    n_inputs: int,
    width: int,
    depth: int,
    generator: "torch.Generator",
    device: "torch.device",
    counted: tuple[int, ...] = (),
    rectified: bool = True,
) -> Perceptron:
    """A random start: He-normal weights, drawn on the CPU so that every device starts alike."""
    import torch

    sizes = [n_inputs, *[width] * depth]
    weights = [
        torch.randn(n_out, n_in, generator=generator) * (2 / n_in) ** 0.5
        for n_in, n_out in pairwise(sizes)
    ]
    return Perceptron(tuple(weight.to(device) for weight in weights), counted, rectified)
