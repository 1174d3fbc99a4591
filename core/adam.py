"""Adam (Kingma & Ba, arXiv 1412.6980) for a few tensors.

The same numbers as `torch.optim.Adam`, which reads PyTorch's compiler on its first use:
0.9 s that a run of a few seconds has better use for.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

MEAN, SQUARE = 0.9, 0.999
"""How much of the last mean of the gradients, and of their squares, a step keeps."""

SMALLEST = 1e-8
"""Added to the size of a gradient, so that none is divided by 0."""


class Adam:
    """Moves tensors that hold their gradient in `grad`.

    Args:
        tensors: what is trained, in place.
        rate: about the size of a step in every number.
    """

    def __init__(self, tensors: "Sequence[Tensor]", rate: float) -> None:
        import torch

        self.tensors, self.rate, self.n_steps = list(tensors), rate, 0
        self.mean = [torch.zeros_like(one) for one in self.tensors]
        self.square = [torch.zeros_like(one) for one in self.tensors]

    def zero_grad(self) -> None:
        """Forget the gradients of the last step."""
        for one in self.tensors:
            one.grad = None

    def step(self) -> None:
        """One step down; a tensor without a gradient stays where it is."""
        import torch

        self.n_steps += 1
        size = self.rate / (1 - MEAN**self.n_steps)
        root = (1 - SQUARE**self.n_steps) ** 0.5
        with torch.no_grad():
            for one, mean, square in zip(self.tensors, self.mean, self.square, strict=True):
                if one.grad is None:
                    continue
                mean.lerp_(one.grad, 1 - MEAN)
                square.mul_(SQUARE).addcmul_(one.grad, one.grad, value=1 - SQUARE)
                one.addcdiv_(mean, (square.sqrt() / root).add_(SMALLEST), value=-size)
