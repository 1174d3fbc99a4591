"""One random start: draw the trunk, give the tasks their heads, sum up the displacements."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Float

from core.landscape.drawn_heads import draw_own_heads, draw_shared_head
from core.landscape.ground import Ground
from core.landscape.heads import Heads
from core.landscape.not_finite import explain_not_finite, is_spoilt
from core.landscape.one_step import OneStep
from core.landscape.own_samples.crossed import Crossed, sum_crossed
from core.landscape.own_samples.mean_pairs import sum_means
from core.landscape.probes.fit import fit_probes
from core.landscape.start_trunk import start_trunk
from core.landscape.sums.accumulate import accumulate
from core.landscape.trunks.trunk import Trunk
from core.landscape.walks.walked import sum_walked
from core.progress import OnProgress, within
from core.values import PairSums

if TYPE_CHECKING:
    import torch


class Start(NamedTuple):
    """A start and what was measured from it."""

    trunk: Trunk
    heads: Heads
    sums: PairSums
    curve: Float[np.ndarray, "step 2"]
    n_estimated: int
    """Layers that were compared on a part of their parameters only."""


def generator_of(seed: int, *path: int) -> "torch.Generator":
    """An independent stream of random numbers for every path below one seed."""
    import torch

    state = np.random.SeedSequence([seed, *path]).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(state >> np.uint64(1)))


def measure_start(
    method: OneStep, ground: Ground, generator: "torch.Generator", on_progress: OnProgress
) -> Start:
    """Draw one start and sum up what every pair of tasks does to it.

    Raises:
        TableError: the loss of a task is not finite.
    """
    warm = 0.3 if method.start == "warmup" else 0.0
    placed = (1.0 + warm) / 2 if method.heads == "probe" else warm
    summing = partial(_tell, within(on_progress, placed, 1.0), "mapping samples")
    trunk, heads = place_start(method, ground, generator, within(on_progress, 0.0, placed))
    with np.errstate(invalid="ignore", over="ignore"):  # what is not finite is told of below
        sums, curve, n_estimated = _sum_up(method, ground, trunk, heads, summing)
    if is_spoilt(sums):
        raise explain_not_finite(method, ground, trunk, heads)
    return Start(trunk, heads, sums, curve, n_estimated)


def place_start(
    method: OneStep, ground: Ground, generator: "torch.Generator", on_progress: OnProgress
) -> tuple[Trunk, Heads]:
    """Draw one start: its trunk, and the heads of the tasks."""
    warm = 0.0 if method.start != "warmup" else 0.5 if method.heads == "probe" else 1.0
    warming = partial(_tell, within(on_progress, 0.0, warm), "warming up")
    fitting = partial(_tell, within(on_progress, warm, 1.0), "fitting probes")
    trunk = start_trunk(method, ground, generator, warming)
    if method.heads == "probe":
        fitted = (ground.tasks, ground.rows, trunk, method.ridge)
        heads = fit_probes(*fitted, fitting, ground.beyond)
    else:
        draw = draw_shared_head if method.heads == "shared" else draw_own_heads
        told = (ground.tasks, ground.labels, trunk.width, method.head_bias)
        heads = draw(*told, generator, ground.device)
    return trunk, heads


def _sum_up(
    method: OneStep,
    ground: Ground,
    trunk: Trunk,
    heads: Heads,
    on_batch: Callable[[float], None],
) -> Crossed:
    """The sums of the pairing and the number of steps that the settings name."""
    model, steps = (ground.rows, trunk, heads), (method.steps, method.step_size)
    means, no_curve = method.mean_rows, np.zeros((0, 2))
    if ground.pairing == "mean":
        return Crossed(sum_means(*model, means, on_batch), no_curve, 0)
    if ground.pairing != "matched":
        drawn = (method.pair_samples, means, ground.pairing)
        return sum_crossed(ground.tasks, *model, *drawn, on_batch, *steps, ground.reads)
    if method.steps > 1:
        followed = (method.step_rows, means)
        return Crossed(*sum_walked(*model, *steps, *followed, on_batch, ground.reads), 0)
    batch, every = method.batch_size, ground.every
    return Crossed(accumulate(*model, batch, means, on_batch, every, ground.reads), no_curve, 0)


def _tell(on_progress: OnProgress, message: str, share: float) -> None:
    on_progress(share, message)
