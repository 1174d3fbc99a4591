"""Which axis of a layer's rows is the sample: models flatten, transpose and pool on their way.

rows     [sample, …]
second   [step, sample, …]          sequences that put the step first
flat     [sample · step, …]         steps of a sample side by side in one axis
given    [node, …]                  nodes of graphs: the caller says whose each is
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from jaxtyping import Int

if TYPE_CHECKING:
    from torch import Tensor


class Placing(NamedTuple):
    """Where each row of a layer goes: to a place of its sample."""

    sample: "Int[Tensor, ' row']"
    place: "Int[Tensor, ' row']"
    n_places: int


def find_placing(sample: "Int[Tensor, ' row']", n_samples: int) -> Placing:
    """The rows of each sample one after another."""
    import torch

    size = torch.bincount(sample, minlength=n_samples)
    order = torch.argsort(sample, stable=True)
    start = torch.cumsum(size, 0) - size
    place = torch.empty_like(sample)
    place[order] = torch.arange(len(sample), device=sample.device) - start[sample[order]]
    return Placing(sample, place, int(size.max()))


def possible_layouts(
    shape: Sequence[int], n_samples: int, placing: Placing | None
) -> tuple[str, ...]:
    """The layouts that rows of this shape may have, the likeliest first."""
    found = []
    if placing is not None and shape[0] == len(placing.sample):
        found.append("given")
    if shape[0] == n_samples:
        found.append("rows")
    if len(shape) > 2 and shape[1] == n_samples:
        found.append("second")
    if shape[0] % n_samples == 0:
        found.append("flat")
    return tuple(found)


def by_sample(rows: "Tensor", layout: str, n_samples: int, placing: Placing | None) -> "Tensor":
    """[sample, …] from the rows of a layer."""
    if layout == "rows":
        return rows
    if layout == "second":
        return rows.transpose(0, 1)
    if layout == "flat":
        return rows.reshape(n_samples, -1, *rows.shape[1:])
    assert placing is not None  # `given` is only possible with one
    placed = rows.new_zeros(n_samples, placing.n_places, *rows.shape[1:])
    placed[placing.sample, placing.place] = rows
    return placed
