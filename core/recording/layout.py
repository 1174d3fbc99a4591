"""Which axis of a layer's rows is the sample: models flatten, transpose and pool on their way.

rows     [sample, …]
second   [step, sample, …]          sequences that put the step first
flat     [sample · step, …]         steps of a sample side by side in one axis
given    [node, …]                  nodes of graphs: the caller says whose each is
same     anything                   the same for all samples: a mask, an embedding of positions
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from jaxtyping import Int

if TYPE_CHECKING:
    from torch import Tensor


class Ways(NamedTuple):
    """The layouts of all tensors that a layer takes and gives out."""

    fed: tuple[str, ...]
    out: tuple[str, ...]


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
    if not shape:
        return ()
    found = []
    if placing is not None and shape[0] == len(placing.sample):
        found.append("given")
    if shape[0] == n_samples:
        found.append("rows")
    if len(shape) > 2 and shape[1] == n_samples:
        found.append("second")
    if shape[0] % n_samples == 0 and shape[0]:
        found.append("flat")
    return tuple(found)


def by_sample(rows: "Tensor", layout: str, n_samples: int, placing: Placing | None) -> "Tensor":
    """[sample, …] from the rows of a layer."""
    if layout in ("rows", "same"):
        return rows
    if layout == "second":
        return rows.transpose(0, 1)
    if layout == "flat":
        return rows.reshape(n_samples, -1, *rows.shape[1:])
    assert placing is not None  # `given` is only possible with one
    placed = rows.new_zeros(n_samples, placing.n_places, *rows.shape[1:])
    placed[placing.sample, placing.place] = rows
    return placed


def as_fed(row: "Tensor", layout: str) -> "Tensor":
    """What a module takes of one sample alone, from its row of `by_sample`."""
    return row.unsqueeze(AXES[layout]) if layout in AXES else row


def of_one(output: "Tensor", layout: str) -> "Tensor":
    """The row of `by_sample` from what a module gives for one sample alone.

    Raises:
        ValueError: it gives several.
    """
    if layout not in AXES:
        return output
    if output.shape[AXES[layout]] != 1:
        raise ValueError(f"it gives {output.shape[AXES[layout]]} rows for one sample")
    return output.select(AXES[layout], 0)


AXES = {"rows": 0, "second": 1}
"""The axis of the samples where it is one of its own."""
