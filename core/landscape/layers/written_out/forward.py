"""A module of ours computes its fused layers written out, and can be listened to meanwhile."""

from collections.abc import Callable
from types import MethodType
from typing import TYPE_CHECKING, Any

from core.landscape.layers.written_out import Product, plainly, write_out

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    Keep = Callable[[Tensor, Tensor], None]
    """Is told what a product was fed and what came out."""

LISTENERS = "_listeners"
"""Where a layer keeps those who listen, by product."""


def compute_written_out(module: "torch.nn.Module") -> None:
    """From now on the fused layers of a module are computed by plain products.

    Names and values of its parameters stay; only do this to a copy of our own.
    """
    for layer in module.modules():
        if write_out(layer) is not None:
            layer.__dict__[LISTENERS] = {}
            layer.forward = MethodType(_forward, layer)


def listen(layer: "torch.nn.Module", product: Product, keep: "Keep") -> Callable[[], object]:
    """Tell `keep` of every time a layer does the product, until the result is called."""
    listeners: dict[Product, Keep] = layer.__dict__[LISTENERS]
    listeners[product] = keep
    return lambda: listeners.pop(product)


def _forward(layer: "torch.nn.Module", *args: Any, **kwargs: Any) -> Any:
    written, multiply = write_out(layer), plainly(layer)
    assert written is not None  # `compute_written_out` has seen to it
    listeners: dict[Product, Keep] = layer.__dict__[LISTENERS]

    def heard(product: Product, x: "Tensor") -> "Tensor":
        output = multiply(product, x)
        if keep := listeners.get(product):
            keep(x, output)
        return output

    return written.run(layer, heard, *args, **kwargs)
