"""From the inputs of a table back to the images or series that its features are.

Every input is a feature in standard deviations, features that never vary are left out, and flags
of missing values follow. A convolution wants the neighbours in place and on one scale, so each
feature goes back to its place with its own spread beside the typical one (ours).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Float

from core.errors import MethodError
from core.inputs import InputScale
from core.machine.device import send

if TYPE_CHECKING:
    import torch
    from torch import Tensor

MAX_CHANNELS = 4
"""An axis of an image that is no longer than this holds its colours."""


@dataclass(frozen=True, eq=False)
class Canvas:
    """Puts the inputs of some rows in place: [row, input] → [row, *shape]."""

    source: "Tensor"
    """The input that each feature comes from; one past the last for a feature left out."""
    scale: "Float[Tensor, ' feature']"
    shape: tuple[int, ...]
    order: tuple[int, ...]
    """The axes of a sample as the trunk wants them."""

    def __call__(self, x: "Float[Tensor, 'row input']") -> "Tensor":
        import torch

        padded = torch.cat([x, torch.zeros_like(x[:, :1])], dim=1)
        placed = padded.index_select(1, self.source) * self.scale
        sample = placed.reshape(len(x), *self.shape)
        return sample.permute(0, *(axis + 1 for axis in self.order))


class Layout(NamedTuple):
    """How the inputs of a table came out of its features."""

    scale: InputScale
    shape: tuple[int, ...]
    """Of one sample; empty for a row of a table."""
    n_inputs: int

    def canvas(self, shape: Sequence[int], order: Sequence[int], device: "torch.device") -> Canvas:
        """Puts inputs back into samples of this shape, with their axes in this order."""
        import torch

        varies, spread = self.scale.varies, self.scale.spread * self.scale.unit
        source = np.full(len(varies), self.n_inputs)
        source[varies] = np.arange(varies.sum())
        typical = np.sqrt(np.mean(spread[varies] ** 2))
        return Canvas(
            send(source, device),
            send(spread / typical, device, torch.float32),
            tuple(shape),
            tuple(order),
        )

    def kind(self, asked: str) -> tuple[str, tuple[int, ...]]:
        """`trunk_kind` of these samples."""
        return trunk_kind(asked, self.shape, len(self.scale.varies))

    def placed(self, kind: str, device: "torch.device") -> Canvas:
        """Puts inputs into samples as a convolution of a kind wants them.

        Raises:
            MethodError: such samples are no images, or no series.
        """
        return self.canvas(*axes_of(kind, self.kind(kind)[1]), device)

    def samples(self, device: "torch.device") -> "Callable[[Tensor], Tensor]":
        """From inputs to samples in the shape that the user gave them in; rows of a table stay."""
        if not self.shape:
            return _as_they_are
        return self.canvas(self.shape, range(len(self.shape)), device)


def _as_they_are(x: "Tensor") -> "Tensor":
    return x


def axes_of(kind: str, shape: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The shape of a sample with all axes that a convolution of a kind needs, and their order in
    it: channels first.

    Raises:
        MethodError: such samples are no images, or no series.
    """
    return _image_axes(shape) if kind == "cnn" else _series_axes(shape)


def sides_of(kind: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape (channel, *places) in which a convolution of a kind sees a sample; MethodError as
    for `axes_of`."""
    sides, order = axes_of(kind, shape)
    return tuple(sides[axis] for axis in order)


def _image_axes(shape: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The shape of an image with its axes (channel, height, width) and the order that gives them.

    Raises:
        MethodError: no image.
    """
    if len(shape) == 2:
        return (1, *shape), (0, 1, 2)
    if len(shape) != 3:
        raise MethodError(
            f"--trunk cnn reads images, but a sample {_has(shape)}; give x as [sample, height, "
            "width] or [sample, channel, height, width] in an .npz, or choose --trunk mlp."
        )
    channels_last = shape[2] <= MAX_CHANNELS < shape[0]
    return shape, (2, 0, 1) if channels_last else (0, 1, 2)


def _series_axes(shape: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The shape of series with its axes, and the order (series, step) that a convolution wants.

    Raises:
        MethodError: no series.
    """
    if len(shape) == 2:
        return shape, (1, 0)
    raise MethodError(
        f"--trunk conv1d reads series, but a sample {_has(shape)}; give x as [sample, step, "
        "series] in an .npz, or choose --trunk mlp."
    )


def _has(shape: tuple[int, ...]) -> str:
    return f"has the shape {shape}" if shape else "is a row of a table"


def trunk_kind(asked: str, shape: tuple[int, ...], n_features: int) -> tuple[str, tuple[int, ...]]:
    """Which trunk reads samples of a shape (empty for a row of a table), and the shape that it
    reads them in.

    A CNN that is asked for takes the features of a table for a square image where they are as many.
    """
    kind = kind_of(shape) if asked == "auto" else asked
    if kind == "cnn" and not shape:
        return kind, as_square(n_features)
    return kind, shape


def kind_of(shape: tuple[int, ...]) -> str:
    """What `auto` takes a sample for: a square, or three axes, is an image; two other axes are the
    steps of series; anything else is a row of a table (ours)."""
    if len(shape) == 3 or (len(shape) == 2 and shape[0] == shape[1]):
        return "cnn"
    return "conv1d" if len(shape) == 2 else "mlp"


def as_square(n_features: int) -> tuple[int, ...]:
    """The square image that so many pixels of a table may be; empty where they are none."""
    side = isqrt(n_features)
    return (side, side) if side > 1 and side * side == n_features else ()
