"""PyTorch's optimisers on a stack: elementwise, so every model is optimised on its own."""

from typing import TYPE_CHECKING

from core.training.stack import Stack

if TYPE_CHECKING:
    import torch

_HEADS = 2
"""The last two parameters of a stack are the heads' weights and biases."""


class StackOptimiser:
    """Adam with decoupled weight decay, or SGD without momentum; biases do not decay.

    A head whose task has no label in the batch keeps its weights and its momentum, as where its
    gradient is None; only Adam's count of steps, which all heads share, goes on.
    """

    def __init__(self, stack: Stack, name: str, learning_rate: float, weight_decay: float) -> None:
        self.stack, self.name = stack, name
        self.learning_rate, self.weight_decay = learning_rate, weight_decay
        self.optimiser = self._build()

    def step(self, unlabelled: "torch.Tensor | None") -> None:
        """One step; `unlabelled` [(task + 1) · seed] are tasks without a label in their batch."""
        kept = [] if unlabelled is None else self._snapshot(unlabelled)
        self.optimiser.step()
        for tensor, mask, before in kept:
            tensor.copy_(before.where(mask, tensor))

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

    def _snapshot(
        self, unlabelled: "torch.Tensor"
    ) -> "list[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]":
        """(tensor, which of its entries to put back, its values before the step)."""
        heads = self._tensors[-_HEADS:]
        n_outputs = heads[1].shape[1] // self.stack.heads.n_slots
        frozen = unlabelled.index_select(0, self.stack.entry)
        rows = frozen.view(len(heads[1]), -1).repeat_interleave(n_outputs, 1)
        kept = []
        for head in heads:
            mask = rows.unsqueeze(2) if head.ndim > 2 else rows
            state = [value for value in self.optimiser.state[head].values() if value is not None]
            tensors = [head, *(value for value in state if value.shape == head.shape)]
            kept += [(tensor, mask, tensor.clone()) for tensor in tensors]
        return kept
