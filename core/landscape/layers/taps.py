"""Layers whose gradient has a form: what they were fed and what came back, turned into a pull.

A linear map or a convolution is tapped where it is called: its inputs a on the way forward, the
gradient δ by its outputs on the way back. Layers called twice, and sequences, have many places.
Recurrent layers and attention are written out, and each of their linear maps is tapped.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from core.landscape.layers.pull import Factors, Pull, Sites
from core.landscape.layers.written_out import Product

if TYPE_CHECKING:
    import torch
    from torch import Tensor


class Call(NamedTuple):
    """One call of a tapped layer."""

    inputs: "Tensor"
    """[row, …]"""
    deltas: "Tensor"
    """[task, row, …], as the outputs."""


PLAIN = Product("weight", "bias")
"""What a linear map is made of."""


@dataclass(frozen=True)
class Tap:
    """A layer of a module by its path, and which of its parameters count."""

    path: str
    weight: bool
    bias: bool
    product: Product | None = None
    """Of a layer that is written out, the linear map inside."""

    @property
    def names(self) -> tuple[str, ...]:
        """Its parameters that count, as the module calls them."""
        dot = f"{self.path}." if self.path else ""
        own = self.product or PLAIN
        counts = ((own.weight, self.weight), (own.bias, self.bias))
        return tuple(f"{dot}{name}" for name, counted in counts if counted)

    def part(self, name: str, parameter: "Tensor") -> "Tensor":
        """What it uses of one of its parameters (or of a gradient by it)."""
        own = name.removeprefix(f"{self.path}.")
        return parameter if self.product is None else self.product.part(own, parameter)

    def pull(self, layer: "torch.nn.Module", calls: Sequence[Call]) -> Pull:
        """What the layer adds to the displacements, from all its calls."""
        import torch

        if self.product is not None:
            places = [linear_places(call.inputs) for call in calls]
            deltas = [linear_deltas(call.deltas) for call in calls]
            return Sites(torch.cat(deltas, dim=2), self._with_bias(torch.cat(places, dim=1)))
        if len(calls) == 1 and calls[0].deltas.dim() == 3:
            return Factors(calls[0].deltas, self._with_bias(calls[0].inputs))
        cut = self._cutter(layer)
        deltas = [_places(layer, call.deltas) for call in calls]
        if len(calls) == 1:
            return Sites(deltas[0], calls[0].inputs, cut)
        places = [cut(call.inputs) for call in calls]
        return Sites(torch.cat(deltas, dim=2), torch.cat(places, dim=1))

    def _cutter(self, layer: "torch.nn.Module") -> "Callable[[Tensor], Tensor]":
        return lambda inputs: self._with_bias(cut_places(layer, inputs))

    def _with_bias(self, inputs: "Tensor") -> "Tensor":
        """The inputs of the parameters that count; a bias is fed 1."""
        import torch

        ones = torch.ones_like(inputs[..., :1])
        if not self.weight:
            return ones
        return torch.cat([inputs, ones], dim=-1) if self.bias else inputs


def can_tap(layer: "torch.nn.Module") -> bool:
    """Whether the gradient of a layer is an outer product at every place."""
    from torch import nn

    if isinstance(layer, (nn.Conv1d, nn.Conv2d)):
        return layer.groups == 1 and layer.padding_mode == "zeros"
    return isinstance(layer, nn.Linear)


def cut_places(layer: "torch.nn.Module", inputs: "Tensor") -> "Tensor":
    """[row, place, input]: what the weights of a layer see at every place."""
    import torch
    from torch import nn

    if isinstance(layer, nn.Linear):
        return linear_places(inputs)
    assert isinstance(layer, (nn.Conv1d, nn.Conv2d))
    padding = layer._reversed_padding_repeated_twice
    images = torch.nn.functional.pad(inputs, padding)
    if isinstance(layer, nn.Conv1d):
        images = images.unsqueeze(2)
    kernel, dilation, stride = (
        (1,) * (2 - len(sides)) + sides
        for sides in (layer.kernel_size, layer.dilation, layer.stride)
    )
    patches = torch.nn.functional.unfold(images, kernel, dilation, 0, stride)
    return patches.transpose(1, 2)


def _places(layer: "torch.nn.Module", deltas: "Tensor") -> "Tensor":
    """[task, row, place, output] from gradients by the outputs."""
    from torch import nn

    if isinstance(layer, nn.Linear):
        return linear_deltas(deltas)
    return deltas.flatten(3).transpose(2, 3)


def linear_places(inputs: "Tensor") -> "Tensor":
    """[row, place, input] from [row, *places, input]."""
    return inputs.flatten(1, -2) if inputs.dim() > 2 else inputs.unsqueeze(1)


def linear_deltas(deltas: "Tensor") -> "Tensor":
    """[task, row, place, output] from [task, row, *places, output]."""
    return deltas.flatten(2, -2) if deltas.dim() > 3 else deltas.unsqueeze(2)
