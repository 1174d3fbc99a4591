"""Weighted sums over labels as products of bytes: exact from the weights on, and fast in tiles.

With signs z = 1 (label 0) and −1 (label 1), Σ_i w_i z_is z_it is a product of two matrices. CPUs
with tiles (AMX) multiply bytes several times as fast as floats, and add them up without error in
32 bits. A byte holds few digits of a weight, so both factors carry some of them (ours):

    w ≈ step · (a b + c d / FINER)        a, b, c, d bytes: two products

There are so many products of two bytes that every whole number up to `COARSE` is near one. The
rest is less than 2·10⁻⁶ of the largest weight.
"""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Float, Int8, Int16, Int32

if TYPE_CHECKING:
    import torch
    from torch import Tensor

COARSE = 4000
"""Steps up to the largest weight in the first product."""

FINER = 1000
"""Steps of the second product in one of the first."""

MOST_ROWS = 512
"""Rows of a product at most: sums of as many stay below 2³¹."""

UNEVEN = 8.0
"""Weights are taken apart where the largest is at most this many times their mean, so that none is
more than 10⁻⁵ of the mean off."""

BYTE = 256
"""What the coarse byte of a whole number of two stands for."""


class Codes(NamedTuple):
    """Weights of some pieces as sums of products of two bytes; first the coarse ones."""

    left: "Int8[Tensor, '2 piece row']"
    right: "Int8[Tensor, '2 piece row']"
    step: list[float]
    """What 1 in the sums of a piece stands for."""
    largest: list[float]
    """The largest weight of a piece."""
    are_fair: list[bool]
    """Whether they tell the weights of a piece apart well enough."""


@cache
def has_tiles() -> bool:
    """Whether this CPU multiplies bytes in tiles, and PyTorch lets it."""
    import torch

    return hasattr(torch, "_int_mm") and bool(torch.cpu.get_capabilities().get("amx_int8"))


def takes_bytes(device: "torch.device") -> bool:
    """Whether products of bytes are fast there; elsewhere floats are."""
    return device.type == "cpu" and has_tiles()


def multiply(
    left: "Int8[Tensor, 'source row']",
    right: "Int8[Tensor, 'target row']",
    out: "Int32[Tensor, 'source target'] | None" = None,
) -> "Int32[Tensor, 'source target']":
    """Σ over the rows, exact. PyTorch has no public name for it."""
    import torch

    product: Tensor
    product = torch._int_mm(left, right.T) if out is None else torch._int_mm(left, right.T, out=out)
    return product


def codes_of(weight: "Float[Tensor, 'piece row']") -> Codes:
    """Weights ≥ 0 as products of bytes."""
    import torch

    first, second = (torch.from_numpy(part) for part in _factors())
    largest = weight.amax(1, keepdim=True).clamp_min(torch.finfo(weight.dtype).tiny * COARSE)
    scaled = weight * (COARSE / largest)
    coarse = scaled.round().long()
    left, right = first[coarse], second[coarse]
    rest = ((scaled - left.float() * right.float()) * FINER).round()
    fine = rest.abs().long()
    return Codes(
        torch.stack([left, first[fine] * rest.sign().to(torch.int8)]),
        torch.stack([right, second[fine]]),
        (largest[:, 0] / (COARSE * FINER)).tolist(),
        largest[:, 0].tolist(),
        (largest[:, 0] <= UNEVEN * weight.mean(1)).tolist(),
    )


@cache
def _factors() -> tuple[np.ndarray, np.ndarray]:
    """Two bytes whose product is nearest to 0, 1, 2, …"""
    byte = np.arange(128)
    product, place = np.unique(np.outer(byte, byte), return_index=True)
    number = np.arange(2 * COARSE)
    above = np.searchsorted(product, number)
    is_above = product[above] - number < number - product[above - 1]
    nearest = place[np.where(is_above | (number == 0), above, above - 1)]
    return (nearest // 128).astype(np.int8), (nearest % 128).astype(np.int8)


def to_bytes(
    number: "Int16[Tensor, '*shape']", byte: "Int8[Tensor, '*shape']"
) -> "Iterator[Int8[Tensor, '*shape']]":
    """Numbers as fine + BYTE · coarse: both bytes, one after the other in the memory of `byte`.

    `number` must be less than 2¹⁵ − 128, and is used up.
    """
    yield byte.copy_(number)  # the lower bits, of which the highest is a sign now
    yield byte.copy_(number.add_(BYTE // 2).bitwise_right_shift_(8))
