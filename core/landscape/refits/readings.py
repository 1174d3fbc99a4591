"""What the probes of a half are read on.

One step of matched samples costs little beside the fit, so it is read on the half itself. Several
steps, and every sample of a task against every sample of another, cost far more than the fit. There
all halves are read on the same few rows (ours): what then differs from half to half is what the
probes learned, while the rows that they are read on are the business of the blocks.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Float

from core.landscape.ground import Ground
from core.landscape.heads import Heads
from core.landscape.one_step import OneStep
from core.landscape.own_samples.crossed import sum_crossed
from core.landscape.rows.pieces import Rows
from core.landscape.sums.accumulate import accumulate
from core.landscape.trunks.trunk import Trunk
from core.landscape.walks.walked import sum_walked
from core.values import PairSums

MOVED = frozenset({"distance", "mass", "abs_cosine", "cosine", "opposite"})
"""The sums that are taken again: those of single samples."""
FOLLOWED = 12
"""Rows with a label for both of two tasks that are followed for more than one step, about."""
PAIR_SAMPLES = 6
"""Samples of a task that are read where samples are not matched, at most."""

Reading = Callable[[Rows, Heads], PairSums]
"""The sums of one block, from a half and the probes that were fitted on it."""


def reading_of(method: OneStep, ground: Ground, trunk: Trunk, whole: PairSums) -> Reading:
    """How the probes of a half are read.

    Args:
        method: the settings of the landscape.
        ground: what it was measured on.
        trunk: the start that the probes look at.
        whole: the sums of that start.
    """
    reads = ground.reads & MOVED
    if ground.pairing == "matched" and method.steps == 1:
        batch = method.batch_size
        return lambda half, heads: accumulate(half, trunk, heads, batch, 0, _nobody, reads=reads)
    n_all, counted = float(ground.rows.row_weight.sum()), whole.count.sum(axis=0)
    read = _on_the_same_rows(method, ground, trunk, reads)

    def on_the_same_rows(half: Rows, heads: Heads) -> PairSums:
        share = float(half.row_weight.sum()) / n_all
        return _standing_for(read(heads), counted * share)

    return on_the_same_rows


def _on_the_same_rows(
    method: OneStep, ground: Ground, trunk: Trunk, reads: frozenset[str]
) -> Callable[[Heads], PairSums]:
    steps = (method.steps, method.step_size)
    if ground.pairing == "matched":
        few = _as_one_block(_few_rows(ground.rows, method.step_rows))
        n_rows = int(few.real.sum())
        return lambda heads: sum_walked(few, trunk, heads, *steps, n_rows, 0, _nobody, reads).sums
    rows, n_samples = _as_one_block(ground.rows), min(method.pair_samples, PAIR_SAMPLES)
    drawn = (n_samples, 0, ground.pairing, _nobody, *steps, reads)
    return lambda heads: sum_crossed(ground.tasks, rows, trunk, heads, *drawn).sums


def _few_rows(rows: Rows, step_rows: int) -> Rows:
    """So many that about `FOLLOWED` are labelled for both of two tasks; of those that the landscape
    follows."""
    followed = rows.thinned(step_rows)
    share = float(followed.known[followed.real].double().mean())
    return followed.thinned(int(FOLLOWED / max(share, 1e-3) ** 2))


def _as_one_block(rows: Rows) -> Rows:
    return replace(rows, block=np.zeros_like(rows.block), n_blocks=1)


def _standing_for(sums: PairSums, count: Float[np.ndarray, "source target"]) -> PairSums:
    """The same means of as many samples as `count` says: those that the probes were fitted on."""
    scale = np.divide(count, sums.count, out=np.zeros_like(sums.count), where=sums.count > 0)
    parts: dict[str, Any] = {
        name: part * scale for name, part in sums._items() if isinstance(part, np.ndarray)
    }
    return replace(sums, **parts)


def _nobody(share: float) -> None:
    """Tells nobody."""
