"""The heads of a stack of models: one slot a member, padded to the largest group of the stack."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float, Int

from core.training.draws import draw_head
from core.training.losses import Part
from core.training.trained import Group
from core.values import Kind, Task

if TYPE_CHECKING:
    import torch


class HeadStack:
    """Linear heads [model, slot · output, unit]; padding keeps weight 0 and gets gradient 0."""

    def __init__(self, parameters: "list[torch.Tensor]", n_slots: int) -> None:
        import torch

        self.parameters = parameters
        self.gradients = [torch.empty_like(parameter) for parameter in parameters]
        self.n_slots = n_slots

    def forward(self, features: "torch.Tensor") -> "torch.Tensor":
        """Raw outputs [model · slot, output, row] of features [model, unit, row]."""
        import torch

        weight, bias = self.parameters
        raw = torch.baddbmm(bias.unsqueeze(2), weight, features)
        return raw.view(len(raw) * self.n_slots, -1, raw.shape[2])

    def backward(self, features: "torch.Tensor", raw: "torch.Tensor") -> "torch.Tensor":
        """Fill `gradients` from the gradient by the raw outputs; returns that by the features."""
        import torch

        weight = self.parameters[0]
        raw = raw.view(len(weight), -1, raw.shape[2])
        torch.bmm(raw, features.transpose(1, 2), out=self.gradients[0])
        torch.sum(raw, 2, out=self.gradients[1])
        return torch.bmm(weight.transpose(1, 2), raw)


def build_heads(
    groups: Sequence[Group],
    seeds: Sequence[int],
    priors: Sequence[Float[np.ndarray, " output"]],
    width: int,
    n_outputs: int,
    like: "torch.Tensor",
) -> HeadStack:
    """Heads of the models (seed, group), seed by seed, in the type and place of `like`."""
    import torch

    n_slots = max(map(len, groups))
    weight = np.zeros((len(seeds), len(groups), n_slots, n_outputs, width))
    bias = np.zeros((len(seeds), len(groups), n_slots, n_outputs))
    for place, seed in enumerate(seeds):
        drawn = {
            task: draw_head(seed, task, priors[task], width)
            for task in sorted({task for group in groups for task in group})
        }
        for row, group in enumerate(groups):
            for slot, task in enumerate(group):
                n = len(priors[task])
                weight[place, row, slot, :n], bias[place, row, slot, :n] = drawn[task]
    n_models = len(seeds) * len(groups)
    shaped = (weight.reshape(n_models, -1, width), bias.reshape(n_models, -1))
    return HeadStack([torch.as_tensor(part).to(like) for part in shaped], n_slots)


def slot_tasks(groups: Sequence[Group], n_slots: int) -> Int[np.ndarray, "group slot"]:
    """The task of each slot, −1 where it is padding."""
    tasks = np.full((len(groups), n_slots), -1)
    for row, group in enumerate(groups):
        tasks[row, : len(group)] = group
    return tasks


def head_parts(
    task_of_head: Int[np.ndarray, " head"], tasks: Sequence[Task], n_outputs: int, device: object
) -> tuple[Part, ...]:
    """The heads of each kind; padding (task −1) belongs to the first kind and has weight 0."""
    import torch

    kinds = np.array([task.kind for task in tasks], dtype=object)
    kind_of_head = kinds[task_of_head]
    kind_of_head[task_of_head < 0] = kind_of_head[task_of_head >= 0][0]
    outputs = np.array([task.n_outputs for task in tasks])[task_of_head]
    outputs[task_of_head < 0] = n_outputs
    padding: Bool[np.ndarray, "head output"] = np.arange(n_outputs) >= outputs[:, None]
    found = []
    for kind in Kind:
        at = np.flatnonzero(kind_of_head == kind)
        if len(at):
            index = None if len(at) == len(task_of_head) else torch.tensor(at, device=device)  # type: ignore[arg-type]
            mask = torch.tensor(padding[at], device=device)  # type: ignore[arg-type]
            found.append(Part(kind, index, mask.unsqueeze(2)))
    return tuple(found)
