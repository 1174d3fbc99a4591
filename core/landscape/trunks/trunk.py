"""The shared layers whose weights the samples pull at, whatever they are made of.

A trunk maps the rows of a table to features that the heads read. All that the landscape asks of it
stands here: features, and what each of its layers does to the displacements (`layers`). Only the
parameters that count are looked at: weights, without biases and norm layers, unless others are
named (METHODS §1).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from jaxtyping import Float

from core.landscape.layers.pull import Pull
from core.landscape.memory import Batches

if TYPE_CHECKING:
    import torch
    from torch import Tensor


Back = Callable[["Float[Tensor, 'task row width']"], "Float[Tensor, 'task weight']"]
"""From the gradients of losses at the features to those by the parameters, task by task."""


class Pass(ABC):
    """One forward pass of some rows, ready to be taken back."""

    features: "Float[Tensor, 'row width']"

    @abstractmethod
    def pulls(self, gradient: "Float[Tensor, 'task row width']") -> Iterable[Pull]:
        """What every layer adds, from the gradients of the losses at the features.

        The tasks are one more axis in front: the forward pass is never repeated.
        """


class Trunk(ABC):
    """A trunk at its start θ₀; it is never changed."""

    @property
    @abstractmethod
    def width(self) -> int:
        """How many features it gives."""

    @property
    @abstractmethod
    def shapes(self) -> list[tuple[int, int]]:
        """Outputs and inputs of every layer, as its pulls have them."""

    @property
    @abstractmethod
    def start(self) -> "Float[Tensor, ' weight']":
        """θ₀: the parameters that count, end to end."""

    @abstractmethod
    def forward(self, x: "Float[Tensor, 'row input']") -> Pass:
        """A pass of at most `max_rows` rows."""

    @abstractmethod
    def at(
        self, theta: "Float[Tensor, ' weight']", x: "Float[Tensor, 'row input']"
    ) -> "Float[Tensor, 'row width']":
        """Features of a few rows from other parameters; gradients can go through it."""

    def and_back(
        self, theta: "Float[Tensor, ' weight']", x: "Float[Tensor, 'row input']"
    ) -> "tuple[Float[Tensor, 'row width'], Back]":
        """Features of a few rows from other parameters, and the way back from gradients at them."""
        import torch

        own = theta.clone().requires_grad_()
        features = self.at(own, x)

        def back(gradient: "Float[Tensor, 'task row width']") -> "Float[Tensor, 'task weight']":
            asked = {"retain_graph": True, "is_grads_batched": True}
            found: Tensor = torch.autograd.grad(features, own, gradient, **asked)[0]
            return found

        return features.detach(), back

    @abstractmethod
    def moved(self, theta: "Float[Tensor, ' weight']") -> "Trunk":
        """The same trunk with these parameters at its start."""

    @abstractmethod
    def max_rows(self, n_tasks: int) -> int:
        """How many rows a pass and its pulls for so many tasks may hold at a time."""

    def features(self, x: "Float[Tensor, 'row input']") -> "Float[Tensor, 'row width']":
        """Features of any number of rows."""
        import torch

        def make(start: int, stop: int) -> "Tensor":
            return self.forward(x[start:stop]).features

        return torch.cat(Batches(self.max_rows(1)).each(len(x), make))

    @property
    @abstractmethod
    def device(self) -> "torch.device":
        """Where it is."""
