"""Sums of the pair terms after several steps: displacements of a few rows at a time, then gone."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from core.landscape.follow import follow
from core.landscape.heads import Heads
from core.landscape.mean_pull import sum_mean_products
from core.landscape.rows import Rows
from core.landscape.terms import PairTerms, assemble
from core.landscape.trunk import Trunk
from core.values import PairSums

if TYPE_CHECKING:
    from torch import Tensor

MAX_ELEMENTS = 2**22
"""Weights of all walks of a batch (16 MB a copy)."""


class Walked(NamedTuple):
    """The sums, and how the walks went."""

    sums: PairSums
    curve: Float[np.ndarray, "step 2"]
    """After each step: share of the walks that have converged, and mean ‖Δ‖₁."""


def sum_walked(
    rows: Rows,
    trunk: Trunk,
    heads: Heads,
    steps: int,
    step_size: float,
    max_rows: int,
    mean_rows: int,
    on_batch: Callable[[float], None],
) -> Walked:
    """Like `accumulate`, from optima of several steps, on about `max_rows` rows of all blocks.

    The mean displacements are those of the first step.
    """
    import torch

    thin, n_tasks = rows.thinned(max_rows), rows.value.shape[1]
    shape = (len(PairTerms._fields), rows.n_blocks, n_tasks, n_tasks)
    sums = torch.zeros(shape, dtype=torch.float64, device=rows.x.device)
    n_weights = len(trunk.start)
    step = max(1, MAX_ELEMENTS // (n_tasks * n_weights))
    place = np.flatnonzero(thin.real.cpu().numpy())
    block = np.repeat(thin.block, thin.piece)
    weight = np.repeat(thin.weight, thin.piece)
    progress = torch.zeros(3, steps, dtype=torch.float64, device=rows.x.device)
    for start in range(0, len(place), step):
        on_batch(start / len(place))
        part = torch.from_numpy(place[start : start + step]).to(rows.x.device)
        known = thin.known[part]
        walks = follow(trunk, heads, thin.x[part], thin.value[part], steps, step_size)
        parts = (walks.stopped, walks.length, torch.ones_like(walks.length))
        progress += torch.stack([(each * known).sum((1, 2)) for each in parts]).double()
        for number, (delta, mask) in enumerate(zip(walks.displacement, known, strict=True)):
            at = place[start + number]
            sums[:, block[at]] += torch.cat(dense_terms(delta, mask)).double() * weight[at]
    on_batch(1.0)
    count, distance, mass, abs_cosine, cosine, opposite = sums.cpu().numpy()
    means = sum_mean_products(rows, trunk, heads, mean_rows)
    curve = (progress[:2] / progress[2].clamp_min(1)).T.cpu().numpy()
    return Walked(PairSums(count, distance, mass, abs_cosine, cosine, opposite, means), curve)


def dense_terms(delta: "Float[Tensor, 'task weight']", known: "Bool[Tensor, ' task']") -> PairTerms:
    """The terms of one row from its displacements."""
    import torch

    n_tasks, mask = len(delta), known.to(delta.dtype)
    delta = delta * mask.unsqueeze(1)
    both = torch.outer(mask, mask)
    apart = torch.zeros_like(both)
    source, target = torch.triu_indices(n_tasks, n_tasks, 1, device=delta.device)
    apart[source, target] = torch.nn.functional.pdist(delta, p=1.0)
    gram = delta @ delta.T
    size = gram.diagonal().clamp_min(0).sqrt()
    scale = torch.outer(size, size)
    cosine = torch.where(scale > 0, gram / scale, 0.0).clamp(-1.0, 1.0)
    sign = delta.sign()
    movable = (delta != 0).any(0).sum().clamp_min(1)
    return assemble(
        *(
            part.unsqueeze(0)
            for part in (
                both,
                (apart + apart.T) * both,
                delta.abs().sum(1).unsqueeze(1) * both,
                cosine.abs(),
                cosine,
                sign @ sign.T / movable,
            )
        )
    )
