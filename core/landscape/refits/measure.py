"""Probes fitted on half of the patients, and again."""

from dataclasses import replace
from typing import Any

import numpy as np

from core.landscape.ground import Ground
from core.landscape.one_step import OneStep
from core.landscape.probes.basis import as_many
from core.landscape.probes.fit import fit_probes
from core.landscape.refits.halves import FEWEST_BLOCKS, MAX_AT_HAND, MAX_ROWS, draw_halves, rows_of
from core.landscape.refits.readings import MOVED, reading_of
from core.landscape.rows.pieces import Rows
from core.landscape.trunks.perceptron import Perceptron
from core.landscape.trunks.trunk import Trunk
from core.progress import OnProgress
from core.threads import side_by_side
from core.values import PairSums


def are_refitted(method: OneStep, ground: Ground) -> bool:
    """Whether a measure reads sums that move with fitted heads more than with the rows: those of
    single samples. Mean displacements carry the labels of the rows, and vary enough with them."""
    is_fitted = method.heads == "probe" and ground.pairing != "mean"
    enough = len(np.unique(ground.rows.block)) >= FEWEST_BLOCKS
    return is_fitted and enough and bool(ground.reads & MOVED)


def measure_refits(
    method: OneStep,
    ground: Ground,
    trunk: Trunk,
    whole: PairSums,
    n_refits: int,
    seed: int,
    on_progress: OnProgress,
) -> PairSums:
    """The pair sums of halves of the blocks, each with probes fitted on that half alone.

    What the penalty weighs against one row stays the same.

    Args:
        method: its ridge and how it sums.
        ground: for which `are_refitted` holds.
        trunk: the start that the probes look at.
        whole: the sums of that start.
        n_refits: how many halves.
        seed: of the halves.
        on_progress: told the finished share after every half; may raise Cancelled.

    Returns:
        One entry a half where `PairSums` has blocks; its count is that of the samples that the
        probes were fitted on.
    """
    rows, n_all = _halved(ground), float(ground.rows.row_weight.sum())
    kept, read = draw_halves(rows.block, n_refits, seed), reading_of(method, ground, trunk, whole)

    def refit(number: int) -> PairSums:
        half = rows_of(rows, kept[number])
        ridge = method.ridge * float(half.row_weight.sum()) / n_all
        return read(half, fit_probes(ground.tasks, half, trunk, ridge, lambda share: None))

    def told(share: float) -> None:
        on_progress(share, "fitting probes on halves of the patients")

    on_a_cpu = isinstance(trunk, Perceptron) and ground.device.type == "cpu"
    halves = side_by_side(refit, n_refits, told, most=None if on_a_cpu else 1)
    told(1.0)
    return _stacked(halves)


def _halved(ground: Ground) -> Rows:
    """What halves are drawn from. Where the probes learned from more rows than are at hand, these
    count as the few they are, or their halves would be taken for as many."""
    if ground.beyond is None:
        return ground.rows.thinned(MAX_ROWS)
    rows = ground.rows.thinned(MAX_AT_HAND)
    weights = rows.row_weight.double()
    tells = float(as_many(weights) / weights.sum())
    return replace(rows, weight=rows.weight * tells)


def _stacked(halves: list[PairSums]) -> PairSums:
    """One entry a half."""
    names = [name for name, part in halves[0]._items() if isinstance(part, np.ndarray)]
    parts: dict[str, Any] = dict.fromkeys(MOVED | {"mean_product"})
    parts |= {name: np.concatenate([getattr(half, name) for half in halves]) for name in names}
    return PairSums(**parts, pairing=halves[0].pairing)
