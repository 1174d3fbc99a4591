"""One linear map inside a layer that is written out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from torch import Tensor


Rows = tuple[int, int]
"""First and last but one."""


@dataclass(frozen=True)
class Product:
    """x ↦ x Wᵀ + b with some rows of a weight and of a bias of the layer."""

    weight: str
    """Its name in the layer."""
    bias: str = ""
    """Empty without one."""
    weight_rows: Rows | None = None
    bias_rows: Rows | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return (self.weight, self.bias) if self.bias else (self.weight,)

    def part(self, name: str, parameter: "Tensor") -> "Tensor":
        """The rows of its weight or bias, or of a gradient by one."""
        rows = self.weight_rows if name == self.weight else self.bias_rows
        return parameter if rows is None else parameter[slice(*rows)]


@dataclass(frozen=True)
class WrittenOut:
    """A layer as linear maps and what goes on between them."""

    products: tuple[Product, ...]
    run: Callable[..., Any]
    """(module, multiply, *what the module takes) → what the module returns."""
    has_chance: bool = False
    """Whether it draws random numbers in training."""


def plainly(module: "torch.nn.Module") -> "Callable[[Product, Tensor], Tensor]":
    """Products with the layer's own weights."""
    import torch

    def multiply(product: Product, x: "Tensor") -> "Tensor":
        weight, *bias = (product.part(name, _find(module, name)) for name in product.names)
        return torch.nn.functional.linear(x, weight, *bias)

    return multiply


def _find(module: "torch.nn.Module", name: str) -> "Tensor":
    """A parameter by its name, or what stands in for it during a functional call."""
    path, _, own = name.rpartition(".")
    found: Tensor = getattr(module.get_submodule(path), own)
    return found
