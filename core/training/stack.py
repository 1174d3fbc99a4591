"""A stack of models that train at once: trunks, heads, and which of them are left."""

from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

import numpy as np
from jaxtyping import Int

from core.machine.device import send
from core.training.heads import HeadStack, head_parts
from core.training.losses import loss_gradient, loss_values
from core.training.mlp import Bounds
from core.training.problem import Rows, Step
from core.values import Task

if TYPE_CHECKING:
    import torch

_NUMBERS_AT_ONCE = 2_000_000
"""Features or outputs held at once while evaluating, so that memory stays bounded (ours)."""


class TrunkStack(Protocol):
    """What `MLPStack` and `ModuleStack` can both do."""

    parameters: "list[torch.Tensor]"
    gradients: "list[torch.Tensor]"
    n_numbers: int
    """Numbers that a row becomes in one model, where that is known."""

    def forward(self, batch: "torch.Tensor", bounds: Bounds) -> "torch.Tensor": ...
    def evaluate(self, inputs: "torch.Tensor") -> "torch.Tensor": ...
    def backward(self, features: "torch.Tensor") -> None: ...


class Stack:
    """Models in the order of their seeds: `seed_of_model` places them among the seeds of the
    problem, `tasks_of_model[model, slot]` names their tasks (−1 is padding)."""

    def __init__(
        self,
        trunk: TrunkStack,
        heads: HeadStack,
        seed_of_model: Int[np.ndarray, " model"],
        tasks_of_model: Int[np.ndarray, "model slot"],
        tasks: tuple[Task, ...],
        n_seeds: int,
    ) -> None:
        self.trunk, self.heads = trunk, heads
        self.tasks, self.n_seeds = tasks, n_seeds
        self._seat(seed_of_model, tasks_of_model)

    @property
    def parameters(self) -> "list[torch.Tensor]":
        """Every parameter of the stack, trunks first; the first axis is the model."""
        return [*self.trunk.parameters, *self.heads.parameters]

    @property
    def gradients(self) -> "list[torch.Tensor]":
        """The gradients of `parameters`, which `differentiate` fills."""
        return [*self.trunk.gradients, *self.heads.gradients]

    def differentiate(self, step: Step) -> None:
        """Fill the gradients of Σ over members of masked mean loss / constant loss."""
        features = self.trunk.forward(step.inputs, self.bounds)
        raw = self.heads.forward(features)
        label = step.labels.index_select(0, self.entry)
        weight = step.weights.index_select(0, self.entry)
        gradient = loss_gradient(raw, label, weight, self.parts)
        self.trunk.backward(self.heads.backward(features, gradient))

    def evaluate(self, rows: Rows) -> "torch.Tensor":
        """Σ over the rows of the loss where it is known, [model, slot], in double precision."""
        import torch

        total = torch.zeros(len(self.task), dtype=torch.float64, device=self.task.device)
        widest = max(*self.heads.parameters[0].shape[1:], self.trunk.n_numbers)
        numbers = len(self.seed_of_model) * widest
        at_once = max(32, _NUMBERS_AT_ONCE // numbers)
        for start in range(0, len(rows.inputs), at_once):
            part = slice(start, start + at_once)
            raw = self.heads.forward(self.trunk.evaluate(rows.inputs[part]))
            label = rows.labels[:, part].index_select(0, self.task)
            known = rows.known[:, part].index_select(0, self.task)
            losses = loss_values(raw, label, self.parts)
            losses = losses.masked_fill(known == 0, 0)
            total += losses.sum(1, dtype=torch.float64)
        return total.view(len(self.seed_of_model), -1)

    def keep(self, index: "torch.Tensor") -> None:
        """Drop all models but those at `index`, ascending."""
        import torch

        for part in (self.trunk, self.heads):
            part.parameters = [parameter.index_select(0, index) for parameter in part.parameters]
            part.gradients = [torch.empty_like(parameter) for parameter in part.parameters]
        at = index.cpu().numpy()
        self._seat(self.seed_of_model[at], self.tasks_of_model[at])

    def _seat(
        self, seed_of_model: Int[np.ndarray, " model"], tasks_of_model: Int[np.ndarray, "m slot"]
    ) -> None:
        device = self.heads.parameters[0].device
        self.seed_of_model, self.tasks_of_model = seed_of_model, tasks_of_model
        edges = np.searchsorted(seed_of_model, np.arange(self.n_seeds + 1))
        self.bounds = [(int(a), int(b)) for a, b in pairwise(edges)]
        n_tasks, n_slots = len(self.tasks), tasks_of_model.shape[1]
        task = np.where(tasks_of_model < 0, n_tasks, tasks_of_model)
        self.task = send(task.reshape(-1), device)
        entry = task * self.n_seeds + seed_of_model[:, None]
        self.entry_of_slot = entry
        self.entry = send(entry.reshape(-1), device)
        n_outputs = self.heads.parameters[0].shape[1] // n_slots
        self.parts = head_parts(tasks_of_model.reshape(-1), self.tasks, n_outputs, device)
