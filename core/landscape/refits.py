"""How far fitted heads move with the patients: probes fitted again on half of them, and again.

A measure that compares what the probes of two tasks read hardly changes with the rows that it is
read on, and a great deal with the rows that the probes were fitted on. Blocks of rows re-weighted
under the same probes do not show that: on a generated cohort of 900 training rows their 95 %
intervals of |cosine| held the value expected of such a cohort for 10 pairs in 100.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from core.landscape.ground import Ground
from core.landscape.probe import fit_probes
from core.landscape.rows.pieces import Rows
from core.landscape.sums.accumulate import accumulate
from core.landscape.trunks.perceptron import Perceptron
from core.landscape.trunks.trunk import Trunk
from core.progress import OnProgress
from core.threads import side_by_side
from core.values import PairSums

if TYPE_CHECKING:
    from core.landscape.one_step import OneStep

MAX_ROWS = 5000
"""Rows that halves are drawn from, about."""
FEWEST_BLOCKS = 4
"""Of fewer there are no halves to speak of."""
MOVED = frozenset({"distance", "mass", "abs_cosine", "cosine", "opposite"})
"""The sums that are taken again: those of single samples."""


def are_refitted(method: "OneStep", ground: Ground) -> bool:
    """Whether a measure reads sums that move with fitted heads; only one step of matched samples
    is followed so far."""
    is_fitted = method.heads == "probe" and method.steps == 1 and ground.pairing == "matched"
    enough = len(np.unique(ground.rows.block)) >= FEWEST_BLOCKS
    return is_fitted and enough and bool(ground.reads & MOVED)


def measure_refits(
    method: "OneStep",
    ground: Ground,
    trunk: Trunk,
    n_refits: int,
    seed: int,
    on_progress: OnProgress,
) -> PairSums:
    """The pair sums of halves of the blocks, each with probes fitted on that half alone.

    Halves are drawn without replacement, as a statistic varies over them as over new patients
    (the delete-half jackknife of Shao & Wu 1989). Rows drawn twice, as a bootstrap has them, would
    let the probes fit chance. What the penalty weighs against one row stays the same.

    Args:
        method: its ridge and its size of a batch.
        ground: for which `are_refitted` holds.
        trunk: the start that the probes look at.
        n_refits: how many halves.
        seed: of the halves.
        on_progress: told the finished share after every half; may raise Cancelled.

    Returns:
        One entry a half where `PairSums` has blocks.
    """
    rows, rng = ground.rows.thinned(MAX_ROWS), np.random.default_rng([seed, n_refits])
    present, n_all = np.unique(rows.block), float(ground.rows.row_weight.sum())
    kept = [rng.permutation(present)[: len(present) // 2] for _ in range(n_refits)]
    reads, batch = ground.reads & MOVED, method.batch_size

    def refit(number: int) -> PairSums:
        half = _of_blocks(rows, kept[number])
        ridge = method.ridge * float(half.row_weight.sum()) / n_all
        heads = fit_probes(ground.tasks, half, trunk, ridge, _nobody)
        return accumulate(half, trunk, heads, batch, 0, _nobody, reads=reads)

    def told(share: float) -> None:
        on_progress(share, "fitting probes on halves of the patients")

    on_a_cpu = isinstance(trunk, Perceptron) and ground.device.type == "cpu"
    halves = side_by_side(refit, n_refits, told, most=None if on_a_cpu else 1)
    told(1.0)
    return _stacked(halves)


def _nobody(share: float) -> None:
    """Tells nobody."""


def _of_blocks(rows: Rows, kept: np.ndarray) -> Rows:
    """The rows of some blocks, as one block."""
    pieces = np.flatnonzero(np.isin(rows.block, kept))

    def of(values: Any) -> Any:
        return values.reshape(-1, rows.piece, *values.shape[1:])[pieces].flatten(0, 1)

    x, value, known, real = map(of, (rows.x, rows.value, rows.known, rows.real))
    block, weight = np.zeros(len(pieces), dtype=int), rows.weight[pieces]
    return Rows(x, value, known, real, rows.piece, block, weight, 1, rows.complete)


def _stacked(halves: list[PairSums]) -> PairSums:
    """One entry a half."""
    names = [name for name, part in halves[0]._items() if isinstance(part, np.ndarray)]
    parts: dict[str, Any] = dict.fromkeys(MOVED | {"mean_product"})
    parts |= {name: np.concatenate([getattr(half, name) for half in halves]) for name in names}
    return PairSums(**parts)
