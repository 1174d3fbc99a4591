"""A convolutional trunk that takes the inputs of a table: a class of torch's own, for training."""

import torch
from torch import nn

from core.convolutions.canvas import Canvas


class Placed(nn.Module):
    """Inputs [row, input] put in their places, then the layers `net`: features [row, unit]."""

    source: torch.Tensor
    scale: torch.Tensor

    def __init__(self, net: nn.Module, canvas: Canvas) -> None:
        super().__init__()
        self.net = net
        self.shape, self.order = canvas.shape, canvas.order
        self.register_buffer("source", canvas.source, persistent=False)
        self.register_buffer("scale", canvas.scale, persistent=False)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        canvas = Canvas(self.source, self.scale, self.shape, self.order)
        features: torch.Tensor = self.net(canvas(inputs))
        return features
