"""The convolutional trunks: few weights, strided instead of pooled, no biases and no norm layers.

Each layer halves the sides and doubles the channels; what is left is averaged down to at most 7
places a side and mapped to the features by one linear layer. The layout is ours.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING

from core.convolutions.canvas import sides_of, trunk_kind

if TYPE_CHECKING:
    import torch
    from torch import nn

CONVOLUTIONS = ("cnn", "conv1d")
"""Trunks that look at the places of the features: small CNNs for images [row, channel, height,
width], and convolutions along the steps of series [row, series, step]."""

MAX_SIDE = 7
"""Places a side that the last layer sees at most."""

_KERNEL = {"cnn": 3, "conv1d": 5}


@dataclass(frozen=True)
class Outline:
    """The layers of such a trunk, from the first to the last."""

    kind: str
    channels: tuple[int, ...]
    """Of the sample, then of every layer."""
    sides: tuple[tuple[int, ...], ...]
    """The same of its places."""
    pool: tuple[int, ...]
    """Places a side that are averaged in the end."""
    width: int

    @property
    def kernel(self) -> int:
        """Places a side that a layer looks at."""
        return _KERNEL[self.kind]

    @property
    def n_last(self) -> int:
        """Numbers that the linear layer takes."""
        left = (side // step for side, step in zip(self.sides[-1], self.pool, strict=True))
        return self.channels[-1] * prod(left)

    @property
    def n_weights(self) -> int:
        """Weights of the trunk."""
        return sum(self._by_layer()) + self.n_last * self.width

    @property
    def n_products(self) -> int:
        """Multiplications of one sample on its way forward."""
        places = (prod(sides) for sides in self.sides[1:])
        layers = sum(n * at for n, at in zip(self._by_layer(), places, strict=True))
        return layers + self.n_last * self.width

    @property
    def n_numbers(self) -> int:
        """Numbers that a sample becomes in all layers together."""
        layers = zip(self.channels[1:], self.sides[1:], strict=True)
        return sum(n * prod(sides) for n, sides in layers) + self.n_last + self.width

    def _by_layer(self) -> list[int]:
        size = self.kernel ** len(self.pool)
        return [n_in * n_out * size for n_in, n_out in pairwise(self.channels)]


def outline(kind: str, shape: tuple[int, ...], width: int, depth: int) -> Outline:
    """The layers for samples of a shape (channel, *places); `depth` convolutions."""
    n_channels, *sides = shape
    ladder = [tuple(sides)]
    for _ in range(depth):
        ladder.append(tuple(-(-side // 2) for side in ladder[-1]))
    return Outline(
        kind=kind,
        channels=(
            n_channels,
            *(max(1, width * 2**layer // 2 ** (depth + 1)) for layer in range(depth)),
        ),
        sides=tuple(ladder),
        pool=tuple(-(-side // MAX_SIDE) for side in ladder[-1]),
        width=width,
    )


def outline_of(
    asked: str, shape: tuple[int, ...], n_features: int, width: int, depth: int
) -> Outline | None:
    """The layers of the trunk for samples of a shape (empty for a row of a table); None for plain
    rectified layers.

    Raises:
        MethodError: such samples are no images, or no series.
    """
    kind, shape = trunk_kind(asked, shape, n_features)
    if kind not in CONVOLUTIONS:
        return None
    return outline(kind, sides_of(kind, shape), width, depth)


def build_convolution(plan: Outline) -> "nn.Sequential":
    """The layers of an outline, as torch draws them."""
    from torch import nn

    is_image = plan.kind == "cnn"
    convolution = nn.Conv2d if is_image else nn.Conv1d
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(plan.channels):
        layers += [
            convolution(n_in, n_out, plan.kernel, 2, plan.kernel // 2, bias=False),
            nn.ReLU(),
        ]
    if max(plan.pool) > 1:
        pool = nn.AvgPool2d if is_image else nn.AvgPool1d
        layers.append(pool(plan.pool))  # type: ignore[arg-type]
    return nn.Sequential(
        *layers, nn.Flatten(), nn.Linear(plan.n_last, plan.width, bias=False), nn.ReLU()
    )


def draw_convolution(plan: Outline, generator: "torch.Generator") -> "nn.Sequential":
    """The layers with He-normal weights, drawn on the CPU so that every device starts alike."""
    import torch

    net = build_convolution(plan)
    for weight in net.parameters():
        n_in = weight[0].numel()
        drawn = torch.randn(weight.shape, generator=generator) * (2 / n_in) ** 0.5
        weight.data.copy_(drawn)
    return net
