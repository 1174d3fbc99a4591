"""One trained network as a plain PyTorch module: the only file of core that needs torch to load."""

from collections.abc import Sequence

import torch
from torch import nn


def plain_trunk(n_inputs: int, width: int, depth: int) -> nn.Sequential:
    """Rectified layers of equal width."""
    layers: list[nn.Module] = []
    for layer in range(depth):
        layers += [nn.Linear(width if layer else n_inputs, width), nn.ReLU()]
    return nn.Sequential(*layers)


class GroupNetwork(nn.Module):
    """The network of one group of tasks: a trunk that they share, and a linear head for each.

    `forward` maps inputs [row, input], as `Model.inputs` makes them, to raw outputs by task name,
    [row, output]: one logit (binary), a logit a class (multiclass), the standardised value
    (regression), or a logit a time interval (time to event).
    """

    def __init__(
        self,
        tasks: Sequence[str],
        n_outputs: Sequence[int],
        trunk: nn.Module,
        width: int,
        seed: int,
    ) -> None:
        super().__init__()
        self.tasks = tuple(tasks)
        self.seed = seed
        self.trunk = trunk
        self.heads = nn.ModuleList(nn.Linear(width, n) for n in n_outputs)

    def forward(self, inputs: torch.Tensor) -> dict[str, torch.Tensor]:
        features = self.trunk(inputs)
        return {task: head(features) for task, head in zip(self.tasks, self.heads, strict=True)}
