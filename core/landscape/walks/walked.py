"""Sums of the pair terms after several steps: displacements of a few rows at a time, then gone."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from core.landscape.heads import Heads
from core.landscape.memory import Batches
from core.landscape.row_terms import empty_terms, sum_row_terms
from core.landscape.rows.pieces import Rows
from core.landscape.sums.mean_pull import sum_mean_products
from core.landscape.terms import SUMS, PairTerms
from core.landscape.trunks.trunk import Trunk
from core.landscape.walks.follow import MAX_ELEMENTS, follow
from core.landscape.walks.targets import Targets, find_targets, head_kinds
from core.landscape.walks.walk import Walks, add_walks, curve_of, progress_of
from core.machine.device import send
from core.values import PairSums

if TYPE_CHECKING:
    from torch import Tensor


SKIPPED = frozenset({"distance", "opposite"})
"""The terms of single samples that cost most, left out where nobody reads them."""


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
    reads: frozenset[str] = frozenset(SUMS),
) -> Walked:
    """Like `accumulate`, from optima of several steps, on about `max_rows` rows of all blocks.

    Every row walks once for each distinct target, whatever the number of tasks. The mean
    displacements are those of the first step.
    """
    import torch

    thin, n_tasks, device = rows.thinned(max_rows), rows.value.shape[1], rows.x.device
    names = [name for name in PairTerms._fields if name not in SKIPPED - reads]
    shape = (len(names), rows.n_blocks, n_tasks, n_tasks)
    sums = torch.zeros(shape, dtype=torch.float64, device=device)
    progress = torch.zeros(4, steps, dtype=torch.float64, device=device)
    kind, place = head_kinds(heads), thin.known.any(1).nonzero()[:, 0]
    block = send(np.repeat(thin.block, thin.piece), device)
    weight = thin.row_weight.double()

    def work(start: int, stop: int) -> None:
        on_batch(start / len(place))
        part = place[start:stop]
        x, value, known = thin.x[part], thin.value[part], thin.known[part]
        targets = find_targets(kind, value, known)
        label = value[targets.row, targets.task]
        walks = follow(trunk, heads, x[targets.row], label, targets.task, steps, step_size)
        went = progress_of(walks, targets.share)
        terms = _terms(walks, targets, known, reads).stacked().double() * weight[part, None, None]
        sums.index_add_(1, block[part], terms)
        progress.add_(went)

    Batches(_rows_at_a_time(kind, thin, len(trunk.start))).over(len(place), work)
    on_batch(1.0)
    found: dict[str, Any] = {
        **dict.fromkeys(SUMS),
        **dict(zip(names, sums.cpu().numpy(), strict=True)),
    }
    if "mean_product" in reads:
        found["mean_product"] = sum_mean_products(rows, trunk, heads, mean_rows)
    return Walked(PairSums(found.pop("n_shared"), **found), curve_of(progress))


def _rows_at_a_time(kind: "Tensor", rows: Rows, n_weights: int) -> int:
    """As many as keep the weights of all their walks in `MAX_ELEMENTS`."""
    import torch

    n_kinds = int(kind.max()) + 1
    seen = len(torch.unique(rows.value[rows.known]))
    n_walks = min(rows.value.shape[1], n_kinds * seen)
    return max(1, MAX_ELEMENTS // (n_walks * n_weights))


def _terms(
    walks: Walks,
    targets: Targets,
    known: "Bool[Tensor, 'row task']",
    reads: frozenset[str] = frozenset(SUMS),
) -> PairTerms:
    """The pair terms of every row, from its walks."""
    n_rows, n_walks = targets.place.shape
    found = empty_terms(n_walks, n_rows, walks.length, reads)
    for pull in walks.pulls:
        add_walks(found, pull, targets.place)
    return sum_row_terms(found.spread(targets.turn), known, 1)
