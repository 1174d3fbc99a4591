"""What the probes of a half are read on: the same few rows for all halves (ours).

What differs from half to half is then what the probes learned, and rows of the half itself cannot
count twice: which rows there are is the business of the blocks (`core.affinity.refitted`). Read on
the half itself, which was tried first, the signs of residuals near 0, which turn with any probe,
made intervals of the cosine of regressions 1.4 to 2.0 times as wide as need be. 1.2 to 1.6 are
left: a few rows tell of such turns less surely than all rows do.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from core.landscape.ground import Ground
from core.landscape.heads import Heads
from core.landscape.one_step import OneStep
from core.landscape.own_samples.crossed import sum_crossed
from core.landscape.rows.pieces import Rows
from core.landscape.start import Start
from core.landscape.sums.accumulate import accumulate
from core.landscape.walks.walked import sum_walked
from core.values import PairSums

MOVED = frozenset({"distance", "mass", "abs_cosine", "cosine", "opposite"})
"""The sums that are taken again: those of single samples."""
MAX_READ = 2000
"""Rows that one step is read on, about (ours)."""
MAX_SIGNED = 4000
"""The same where signs are read, which turn in a few rows only."""
SIGNED = frozenset({"cosine", "opposite"})
FOLLOWED = 12
"""Rows with a label for both of two tasks that are followed for more than one step, about."""
PAIR_SAMPLES = 6
"""Samples of a task that are read where samples are not matched, at most."""

Reading = Callable[[Int[np.ndarray, " block"], Heads], PairSums]
"""The sums of one block, from the blocks of a half and the probes that were fitted on them."""


def reading_of(method: OneStep, ground: Ground, first: Start) -> Reading:
    """How the probes of a half are read; what is read stands for all samples of the half.

    Args:
        method: the settings of the landscape.
        ground: what it was measured on.
        first: the start that the probes look at, and what was measured from it.
    """
    weight = _by_block(ground.rows)
    counted, reads = first.sums.count.sum(axis=0), ground.reads & MOVED

    def count_of(kept: Int[np.ndarray, " block"]) -> Float[np.ndarray, "source target"]:
        return np.asarray(counted * (weight[kept].sum() / weight.sum()))

    read = _on_the_same_rows(method, ground, first, reads)
    return lambda kept, heads: _standing_for(read(heads), count_of(kept))


def _by_block(rows: Rows) -> Float[np.ndarray, " block"]:
    """How many rows the rows of every block stand for."""
    by_piece = rows.weight * np.asarray(rows.real.cpu()).reshape(-1, rows.piece).sum(axis=1)
    return np.bincount(rows.block, by_piece, rows.n_blocks)


def _on_the_same_rows(
    method: OneStep, ground: Ground, first: Start, reads: frozenset[str]
) -> Callable[[Heads], PairSums]:
    trunk, steps = first.trunk, (method.steps, method.step_size)
    if ground.pairing == "matched" and method.steps == 1:
        most = MAX_SIGNED if reads & SIGNED else MAX_READ
        some = _as_one_block(ground.rows.thinned(most))
        summed = (method.batch_size, 0, _nobody)
        return lambda heads: accumulate(some, trunk, heads, *summed, reads=reads)
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
    """The same means of as many samples as `count` says."""
    scale = np.divide(count, sums.count, out=np.zeros_like(sums.count), where=sums.count > 0)
    parts: dict[str, Any] = {
        name: part * scale for name, part in sums._items() if isinstance(part, np.ndarray)
    }
    return replace(sums, **parts)


def _nobody(share: float) -> None:
    """Tells nobody."""
