"""Batches of rows in, one T × T sum a block out: memory does not grow with the rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Float32, Int

from core.landscape.closed_form import PairTerms, pair_terms
from core.landscape.heads import Heads
from core.landscape.labels import Labels
from core.landscape.trunk import Trunk
from core.values import PairSums

if TYPE_CHECKING:
    import torch
    from torch import Tensor

MAX_ELEMENTS = 2**21
"""Numbers that the largest tensor of a batch may hold (8 MB: it stays near the caches)."""

_REDUCED = ("count", "distance", "mass", "abs_cosine")


@dataclass(frozen=True, eq=False)
class Rows:
    """The training rows in the order of their blocks, on the device that computes."""

    x: "Float[Tensor, 'row input']"
    value: "Float[Tensor, 'row task']"
    known: "Tensor"
    block: Int[np.ndarray, " row"]
    """Ascending."""

    @property
    def n_blocks(self) -> int:
        return int(self.block[-1]) + 1


def arrange_rows(
    x: Float32[np.ndarray, "row input"],
    labels: Labels,
    block: Int[np.ndarray, " row"],
    device: "torch.device",
) -> Rows:
    """Sort the rows by block and put them on the device."""
    import torch

    order = np.argsort(block, kind="stable")
    return Rows(
        x=torch.from_numpy(x[order]).to(device),
        value=torch.from_numpy(labels.value[order]).to(device, torch.float32),
        known=torch.from_numpy(labels.known[order]).to(device),
        block=block[order],
    )


def rows_per_batch(n_tasks: int, width: int, batch_size: int) -> int:
    """As many rows as keep the T × T terms and the T × width deltas of a batch small."""
    return max(1, min(batch_size, MAX_ELEMENTS // (n_tasks * max(n_tasks, width))))


def accumulate(
    rows: Rows,
    trunk: Trunk,
    heads: Heads,
    batch_size: int,
    on_batch: Callable[[float], None],
) -> PairSums:
    """Sums of the pair terms of every block; single precision terms, double precision sums.

    Args:
        rows: in the order of their blocks.
        trunk: the common start.
        heads: of the same tasks as the labels.
        batch_size: most rows at a time; fewer where many tasks would need much memory.
        on_batch: called before every batch with the finished share of the rows; may raise.
    """
    import torch

    n_tasks, device = rows.value.shape[1], rows.x.device
    shape = (rows.n_blocks, n_tasks, n_tasks)
    sums = [
        torch.zeros(shape, dtype=torch.float64, device=device) for _ in PairSums.__annotations__
    ]
    width = 1 if heads.is_shared else heads.weight.shape[1]
    step = rows_per_batch(n_tasks, width, batch_size)
    for start in range(0, len(rows.x), step):
        on_batch(start / len(rows.x))
        part = slice(start, start + step)
        known = rows.known[part]
        terms = pair_terms(trunk, heads, rows.x[part], rows.value[part], known)
        low, high = int(rows.block[part][0]), int(rows.block[part][-1]) + 1
        member = _membership(rows.block[part] - low, high - low, device)
        for total, added in zip(sums, _reduce(terms, known, member), strict=True):
            total[low:high] += added
    on_batch(1.0)
    arrays = (total.cpu().numpy() for total in sums)
    return PairSums(**dict(zip(_REDUCED, arrays, strict=True)))


def _membership(
    block: Int[np.ndarray, " row"], n_blocks: int, device: "torch.device"
) -> "Float[Tensor, 'block row']":
    """1 where a row belongs to a block: sums by block become one matrix product."""
    import torch

    return torch.from_numpy(np.equal.outer(np.arange(n_blocks), block)).to(device, torch.float32)


def _reduce(
    terms: PairTerms, known: "Tensor", member: "Float[Tensor, 'block row']"
) -> "tuple[Float[Tensor, 'block task task'], ...]":
    """Count, distance, mass and cosine of the blocks of one batch, in the order of `_REDUCED`."""
    mask = known.to(terms.norm.dtype)
    inside = member.unsqueeze(2) * mask  # [block, row, task]
    one_sided = (member.unsqueeze(2) * terms.norm).transpose(1, 2) @ mask
    n_blocks, (_, n_tasks) = len(member), mask.shape
    square = (n_blocks, n_tasks, n_tasks)
    return (
        inside.transpose(1, 2) @ mask,
        (member @ terms.distance.flatten(1)).reshape(square),
        one_sided + one_sided.transpose(1, 2),
        (member @ terms.abs_cosine.flatten(1)).reshape(square),
    )


def mean_of(starts: list[PairSums]) -> PairSums:
    """The sums of several random starts, averaged, so that counts stay numbers of samples."""

    def mean(name: str) -> Float[np.ndarray, "block source target"]:
        stack: np.ndarray = sum(getattr(one, name) for one in starts) / len(starts)
        return stack

    return PairSums(**{name: mean(name) for name in _REDUCED})
