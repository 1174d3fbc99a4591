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
from jaxtyping import Float, Int

from core.landscape.ground import Ground
from core.landscape.heads import Heads
from core.landscape.one_step import OneStep
from core.landscape.own_samples.crossed import sum_crossed
from core.landscape.probes.basis import as_many
from core.landscape.refits.halves import rows_of
from core.landscape.rows.pieces import Rows
from core.landscape.start import Start
from core.landscape.sums.accumulate import accumulate
from core.landscape.walks.walked import sum_walked
from core.values import PairSums

MOVED = frozenset({"distance", "mass", "abs_cosine", "cosine", "opposite"})
"""The sums that are taken again: those of single samples."""
MAX_READ = 4000
"""Rows that halves are drawn from to be read on, about (ours)."""
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

    if ground.pairing == "matched" and method.steps == 1:
        on_itself = _on_the_half_itself(method, ground, first, reads)
        return lambda kept, heads: _standing_for(on_itself(kept, heads), count_of(kept))
    read = _on_the_same_rows(method, ground, first, reads)
    return lambda kept, heads: _standing_for(read(heads), count_of(kept))


def _by_block(rows: Rows) -> Float[np.ndarray, " block"]:
    """How many rows the rows of every block stand for."""
    by_piece = rows.weight * np.asarray(rows.real.cpu()).reshape(-1, rows.piece).sum(axis=1)
    return np.bincount(rows.block, by_piece, rows.n_blocks)


def _on_the_half_itself(
    method: OneStep, ground: Ground, first: Start, reads: frozenset[str]
) -> Reading:
    """On its rows, or on a part of them. A part varies by its rows more than they all do; that is
    taken back to what they do, by the same parts under the probes of all (ours)."""
    rows, batch = ground.rows.thinned(MAX_READ), method.batch_size
    n_all = int(ground.rows.real.sum()) if ground.beyond is None else ground.beyond.n_rows
    told = min(1.0, float(as_many(rows.row_weight.double())) / n_all)

    def read(some: Rows, heads: Heads) -> PairSums:
        return accumulate(some, first.trunk, heads, batch, 0, _nobody, reads=reads)

    if told == 1.0:
        return lambda kept, heads: read(rows_of(rows, kept), heads)
    still = read(rows, first.heads)

    def read_part(kept: Int[np.ndarray, " block"], heads: Heads) -> PairSums:
        part = read(rows_of(rows, kept), heads)
        return _nearer(part, still, kept, 1 - told**0.5)

    return read_part


def _nearer(
    part: PairSums, still: PairSums, kept: Int[np.ndarray, " block"], share: float
) -> PairSums:
    """Less so much of what the rows of some blocks differ by from those of all."""
    count, n_all, n_kept = part.count, still.count.sum(axis=0), still.count[kept].sum(axis=0)
    shared = n_kept > 0

    def nearer(name: str, moved: Float[np.ndarray, "block source target"]) -> np.ndarray:
        sums = getattr(still, name)
        apart = sums[kept].sum(axis=0) / n_kept - sums.sum(axis=0) / n_all
        return moved - np.where(shared, share * count * apart, 0.0)

    parts = {name: value for name, value in part._items() if isinstance(value, np.ndarray)}
    with np.errstate(invalid="ignore"):  # no sample in common
        moved: dict[str, Any] = {
            name: nearer(name, value) for name, value in parts.items() if name != "count"
        }
    return replace(part, **moved)


def _on_the_same_rows(
    method: OneStep, ground: Ground, first: Start, reads: frozenset[str]
) -> Callable[[Heads], PairSums]:
    trunk, steps = first.trunk, (method.steps, method.step_size)
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
