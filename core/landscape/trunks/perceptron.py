"""Trunks of linear maps without bias, each a ReLU or none: the ones with a closed form."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from jaxtyping import Float

from core.landscape.layers.pull import Factors, Pull
from core.landscape.trunks.trunk import Back, Pass, Trunk

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
    active: "list[Float[Tensor, 'row _']]"
    """1 where each layer's ReLU lets the gradient through, else 0."""
    later: "list[Float[Tensor, 'row _']]"
    """The same of all layers from the first that counts on."""
    features: "Float[Tensor, 'row width']"

    def part(self, rows: slice) -> "PerceptronPass":
        """The same of some rows."""

        def cut(layers: "list[Tensor]") -> "list[Tensor]":
            return [layer[rows] for layer in layers]

        inputs, active, later = cut(self.inputs), cut(self.active), cut(self.later)
        return PerceptronPass(self.trunk, inputs, active, later, self.features[rows])

    def scaled(self, factor: "Sequence[Float[Tensor, ' row']]") -> "PerceptronPass":
        """A pass whose δ come out times a factor for each layer that counts and each row.

        A factor may be 0 only where nothing reaches the layers below.
        """
        import torch

        trunk, before, later = self.trunk, torch.ones_like(factor[0]), list(self.later)
        by_layer = dict(zip(trunk.layers, factor, strict=True))
        for layer in range(len(trunk.weights) - 1, trunk.layers[0] - 1, -1):
            now, place = by_layer.get(layer, before), layer - trunk.layers[0]
            ratio = torch.where(before > 0, now / before, 0.0)
            later[place], before = later[place] * ratio.unsqueeze(1), now
        return PerceptronPass(trunk, self.inputs, self.active, later, self.features)

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
    def widths(self) -> list[int]:
        """Units of every layer from the first that counts on."""
        return [len(weight) for weight in self.weights[self.layers[0] :]]

    @property
    def width(self) -> int:
        return len(self.weights[-1])

    @property
    def shapes(self) -> list[tuple[int, int]]:
        return [(len(self.weights[k]), self.weights[k].shape[1]) for k in self.layers]

    @property
    def device(self) -> "torch.device":
        return self.weights[0].device

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
            x = x.relu_() if self.rectified else x
            if layer >= layers[0]:
                active.append(x.sign() if self.rectified else torch.ones_like(x))
        counted = [active[layer - layers[0]] for layer in layers]
        return PerceptronPass(self, inputs, counted, active, x)

    def backward(
        self,
        passed: PerceptronPass,
        gradient: "Float[Tensor, 'task row width']",
        into: "Sequence[Float[Tensor, 'task row _']] | None" = None,
    ) -> "list[Float[Tensor, 'task row _']]":
        """δ of every layer that counts, from the gradients of the losses at the features.

        They are written to `into` if given: one tensor for every layer from the first that counts.
        """
        import torch

        first, n_tasks = self.layers[0], len(gradient)
        found: list[Tensor] = []
        for layer in range(len(self.weights) - 1, first - 1, -1):
            place = layer - first
            out = None if into is None else into[place]
            if not found:
                found.append(torch.mul(gradient, passed.later[place], out=out))
                continue
            flat = torch.mm(
                found[-1].flatten(0, 1),
                self.weights[layer + 1],
                out=None if out is None else out.flatten(0, 1),
            )
            found.append(flat.reshape(n_tasks, -1, flat.shape[1]).mul_(passed.later[place]))
        return [found[len(self.weights) - 1 - layer] for layer in self.layers]

    def reach(
        self, x: "Float[Tensor, 'row input']", column: "Float[Tensor, ' width']"
    ) -> "tuple[Float[Tensor, 'row width'], Float[Tensor, ' row']]":
        """Features, and ‖J‖₁ of the one output that `column` reads from them."""
        import torch

        first, length, fed = self.layers[0], [], [x]
        for weight in self.weights:
            length.append(
                (fed[-1].abs() if not self.rectified or len(fed) == 1 else fed[-1]).sum(1)
            )
            z = torch.mm(fed[-1], weight.T)
            fed.append(z.relu_() if self.rectified else z)
        features, strength = fed[-1], torch.zeros_like(length[0])
        delta = features.sign().mul_(column) if self.rectified else column.repeat(len(x), 1)
        for layer in range(len(self.weights) - 1, first - 1, -1):
            below = torch.mm(delta, self.weights[layer]) if layer > first else delta
            if layer > first and self.rectified:
                below.mul_(fed[layer].sign_())
            if layer in self.layers:
                strength.addcmul_(delta.abs_().sum(1), length[layer])
            delta = below
        return features, strength

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

    def and_back(
        self, theta: "Float[Tensor, ' weight']", x: "Float[Tensor, 'row input']"
    ) -> "tuple[Float[Tensor, 'row width'], Back]":
        import torch

        passed = self.moved(theta).forward(x)

        def back(gradient: "Float[Tensor, 'task row width']") -> "Float[Tensor, 'task weight']":
            return torch.cat([pull.total().flatten(1) for pull in passed.pulls(gradient)], 1)

        return passed.features, back

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
