"""PyTorch's optimisers on a stack: elementwise, so every model is optimised on its own."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool

from core.machine.device import send
from core.training.stack import Stack

if TYPE_CHECKING:
    import torch

_Kept = tuple["torch.Tensor", "torch.Tensor", "torch.Tensor", "torch.Tensor"]
_HEADS = 2
"""The last two parameters of a stack are the heads' weights and biases."""


class StackOptimiser:
    """Adam with decoupled weight decay, or SGD without momentum; biases do not decay.

    A head whose task has no label in the batch keeps its weights and its momentum, as where its
    gradient is None, and so does the trunk of a model none of whose members has one; only Adam's
    count of steps, which all models share, goes on.
    """

    def __init__(self, stack: Stack, name: str, learning_rate: float, weight_decay: float) -> None:
        self.stack, self.name = stack, name
        self.learning_rate, self.weight_decay = learning_rate, weight_decay
        self.optimiser = self._build()

    def step(self, unlabelled: Bool[np.ndarray, " entry"] | None) -> None:
        """One step; `unlabelled` [(task + 1) · seed] are tasks without a label in their batch."""
        kept = [] if unlabelled is None else self._snapshot(unlabelled)
        self.optimiser.step()
        for tensor, models, slots, before in kept:
            tensor[models] = before.where(slots, tensor[models])

    def keep(self, index: "torch.Tensor") -> None:
        """Follow `Stack.keep`, called after it: the same models stay, with their momentum."""
        states = [dict(self.optimiser.state[tensor]) for tensor in self._tensors]
        self.optimiser = self._build()
        for tensor, state in zip(self._tensors, states, strict=True):
            self.optimiser.state[tensor] = {
                name: value.index_select(0, index) if value.ndim else value
                for name, value in state.items()
            }

    def _build(self) -> "torch.optim.Optimizer":
        import torch

        self._tensors = self.stack.parameters
        for tensor, gradient in zip(self._tensors, self.stack.gradients, strict=True):
            tensor.grad = gradient
        matrices = [tensor for tensor in self._tensors if tensor.ndim > 2]
        vectors = [tensor for tensor in self._tensors if tensor.ndim <= 2]
        groups = [
            {"params": matrices, "weight_decay": self.weight_decay},
            {"params": vectors, "weight_decay": 0.0},
        ]
        if self.name == "sgd":
            return torch.optim.SGD(groups, lr=self.learning_rate, fused=True)
        return torch.optim.AdamW(groups, lr=self.learning_rate, fused=True)

    def _snapshot(self, unlabelled: Bool[np.ndarray, " entry"]) -> "list[_Kept]":
        """What must not move: models, which of their entries, and the values before the step."""
        entry, device = self.stack.entry_of_slot, self._tensors[0].device
        empty, real = unlabelled[entry], entry < len(self.stack.tasks) * self.stack.n_seeds
        at = np.flatnonzero((empty & real).any(axis=1))
        if not len(at):
            return []
        models, slots = send(at, device), send(empty[at], device)
        n_outputs = self._tensors[-1].shape[1] // slots.shape[1]
        whole = slots.all(1, keepdim=True)
        masks = [whole] * (len(self._tensors) - _HEADS)
        masks += [slots.repeat_interleave(n_outputs, 1)] * _HEADS
        kept = []
        for tensor, mask in zip(self._tensors, masks, strict=True):
            shape = mask.shape + (1,) * (tensor.ndim - mask.ndim)
            state = [tensor, *self.optimiser.state[tensor].values()]
            same = [part for part in state if part is not None and part.shape == tensor.shape]
            kept += [(part, models, mask.view(shape), part[models]) for part in same]
        return kept
