"""Probes fitted on half of the patients, and again."""

from typing import Any

import numpy as np
from jaxtyping import Bool

from core.landscape.ground import Ground
from core.landscape.one_step import OneStep
from core.landscape.refits.again import ready_to_fit
from core.landscape.refits.halves import FEWEST_BLOCKS, draw_halves
from core.landscape.refits.readings import MOVED, reading_of
from core.landscape.start import Start
from core.landscape.trunks.perceptron import Perceptron
from core.machine.threads import side_by_side
from core.progress import OnProgress, within
from core.values import PairSums

LOOKED = 0.2
"""Share of the work that a look at all rows is."""


def are_refitted(method: OneStep, ground: Ground) -> bool:
    """Whether a measure reads sums that move with fitted heads more than with the rows: those of
    single samples. Mean displacements carry the labels of the rows, and vary enough with them."""
    is_fitted = method.heads == "probe" and ground.pairing != "mean"
    enough = len(np.unique(ground.rows.block)) >= FEWEST_BLOCKS
    return is_fitted and enough and bool(ground.reads & MOVED)


def measure_refits(
    method: OneStep,
    ground: Ground,
    first: Start,
    n_refits: int,
    seed: int,
    on_progress: OnProgress,
) -> tuple[PairSums, Bool[np.ndarray, "half block"]]:
    """The pair sums of halves of the blocks, each with probes fitted on that half alone.

    Args:
        method: its ridge and how it sums.
        ground: for which `are_refitted` holds.
        first: the start that the probes look at, and what was measured from it.
        n_refits: how many halves.
        seed: of the halves.
        on_progress: told the finished share after every half; may raise Cancelled.

    Returns:
        One entry a half where `PairSums` has blocks; its count is that of the half's samples. And
        which blocks are in each half.
    """
    kept = draw_halves(ground.rows.block, n_refits, seed)
    told = "fitting probes on halves of the patients"
    looking = within(on_progress, 0.0, LOOKED)
    model = (first.trunk, first.heads, method.ridge)
    again = ready_to_fit(ground, *model, lambda share: looking(share, told))
    read = reading_of(method, ground, first)
    fitting = within(on_progress, LOOKED, 1.0)
    on_a_cpu = isinstance(first.trunk, Perceptron) and ground.device.type == "cpu"
    halves = side_by_side(
        lambda number: read(kept[number], again.fit(kept[number])),
        n_refits,
        lambda share: fitting(share, told),
        most=None if on_a_cpu else 1,
    )
    fitting(1.0, told)
    blocks = np.arange(ground.rows.n_blocks)
    return _stacked(halves), np.stack([np.isin(blocks, half) for half in kept])


def _stacked(halves: list[PairSums]) -> PairSums:
    """One entry a half."""
    names = [name for name, part in halves[0]._items() if isinstance(part, np.ndarray)]
    parts: dict[str, Any] = dict.fromkeys(MOVED | {"mean_product"})
    parts |= {name: np.concatenate([getattr(half, name) for half in halves]) for name in names}
    return PairSums(**parts, pairing=halves[0].pairing)
