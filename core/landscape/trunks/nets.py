"""The convolutional trunks: few weights, strided instead of pooled, no biases and no norm layers.

Each layer halves the sides and doubles the channels; what is left is averaged down to at most 7
places a side and mapped to the features by one linear layer. The layout is ours.
"""

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from torch import nn

MAX_SIDE = 7
"""Places a side that the last layer sees at most."""


def draw_cnn(
    shape: tuple[int, ...], width: int, depth: int, generator: "torch.Generator"
) -> "nn.Sequential":
    """A small CNN for images [row, channel, height, width]; `depth` convolutions of 3 × 3."""
    from torch import nn

    channels, *sides = shape
    return _draw(nn.Conv2d, nn.AvgPool2d, 3, channels, sides, width, depth, generator)


def draw_conv1d(
    shape: tuple[int, ...], width: int, depth: int, generator: "torch.Generator"
) -> "nn.Sequential":
    """Convolutions along the steps of series [row, series, step]; `depth` of length 5."""
    from torch import nn

    channels, *sides = shape
    return _draw(nn.Conv1d, nn.AvgPool1d, 5, channels, sides, width, depth, generator)


def _draw(
    convolution: "type[nn.Conv1d] | type[nn.Conv2d]",
    pool: "type[nn.AvgPool1d] | type[nn.AvgPool2d]",
    kernel: int,
    channels: int,
    sides: list[int],
    width: int,
    depth: int,
    generator: "torch.Generator",
) -> "nn.Sequential":
    from torch import nn

    widths = [channels, *(max(1, width * 2**layer // 2 ** (depth + 1)) for layer in range(depth))]
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(widths):
        layers += [convolution(n_in, n_out, kernel, 2, kernel // 2, bias=False), nn.ReLU()]
        sides = [-(-side // 2) for side in sides]
    steps = tuple(-(-side // MAX_SIDE) for side in sides)
    if max(steps) > 1:
        layers.append(pool(steps))  # type: ignore[arg-type]
        sides = [side // step for side, step in zip(sides, steps, strict=True)]
    n_places = 1
    for side in sides:
        n_places *= side
    layers += [nn.Flatten(), nn.Linear(widths[-1] * n_places, width, bias=False), nn.ReLU()]
    net = nn.Sequential(*layers)
    _start(net, generator)
    return net


def _start(net: "nn.Module", generator: "torch.Generator") -> None:
    """He-normal weights, drawn on the CPU so that every device starts alike."""
    import torch

    for weight in net.parameters():
        n_in = weight[0].numel()
        drawn = torch.randn(weight.shape, generator=generator) * (2 / n_in) ** 0.5
        weight.data.copy_(drawn)
