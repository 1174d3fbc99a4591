"""One random start: draw the trunk, give the tasks their heads, sum up the displacements."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Float

from core.errors import TableError
from core.landscape.accumulate import accumulate
from core.landscape.brought import Brought
from core.landscape.canvas import Layout
from core.landscape.crossed import sum_crossed
from core.landscape.heads import Heads, draw_own_heads, draw_shared_head
from core.landscape.labels import Labels
from core.landscape.mean_pairs import sum_means
from core.landscape.probe import fit_probes
from core.landscape.rows import Rows, Supply
from core.landscape.starting import start_trunk
from core.landscape.terms import SUMS
from core.landscape.trunk import Trunk
from core.landscape.walked import sum_walked
from core.progress import OnProgress, within
from core.values import PairSums, Task

if TYPE_CHECKING:
    import torch

    from core.landscape.one_step import OneStep


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
    method: "OneStep",
    tasks: Sequence[Task],
    labels: Labels,
    rows: Rows,
    layout: Layout,
    brought: Brought,
    pairing: str,
    generator: "torch.Generator",
    on_progress: OnProgress,
    every: Supply | None = None,
    reads: frozenset[str] = frozenset(SUMS),
) -> Start:
    """Draw one start and sum up what every pair of tasks does to it.

    The terms of matched samples are summed over `every` row where more (or fewer) than those at
    hand in `rows` are meant; probes and all else are taken from `rows`. Sums that are not among
    `reads` may be left out.

    Raises:
        TableError: the loss of a task is not finite.
    """
    warming = within(on_progress, 0.0, 0.3)
    trunk = start_trunk(
        method,
        brought,
        layout,
        tasks,
        labels,
        rows,
        generator,
        lambda share: warming(share, "warming up"),
    )
    after = 0.3 if method.start == "warmup" else 0.0
    half = (1.0 + after) / 2
    if method.heads == "probe":
        fitting = within(on_progress, after, half)
        heads = fit_probes(
            tasks, rows, trunk, method.ridge, lambda share: fitting(share, "fitting probes")
        )
        summing = within(on_progress, half, 1.0)
    else:
        draw = draw_shared_head if method.heads == "shared" else draw_own_heads
        heads = draw(tasks, labels, trunk.width, method.head_bias, generator, rows.x.device)
        summing = within(on_progress, after, 1.0)
    told = partial(_tell, summing)
    curve, n_estimated = np.zeros((0, 2)), 0
    if method.steps > 1 and pairing == "matched":
        sums, curve = sum_walked(
            rows,
            trunk,
            heads,
            method.steps,
            method.step_size,
            method.step_rows,
            method.mean_rows,
            told,
        )
    elif pairing == "matched":
        batch, n_mean = method.batch_size, method.mean_rows
        sums = accumulate(rows, trunk, heads, batch, n_mean, told, every, reads)
    elif pairing == "mean":
        sums = sum_means(rows, trunk, heads, method.mean_rows, told)
    else:
        sums, curve, n_estimated = sum_crossed(
            tasks,
            rows,
            trunk,
            heads,
            method.pair_samples,
            method.mean_rows,
            pairing,
            told,
            method.steps,
            method.step_size,
        )
    _check_finite(tasks, sums, method.steps)
    return Start(trunk, heads, sums, curve, n_estimated)


def _tell(on_progress: OnProgress, share: float) -> None:
    on_progress(share, "mapping samples")


def _check_finite(tasks: Sequence[Task], sums: PairSums, steps: int) -> None:
    """A displacement that is not finite spoils every sum of its own task, and few of others."""
    made = [getattr(sums, name) for name in SUMS]
    spoilt = np.zeros(len(tasks), dtype=int)
    for part in made:
        if part is not None:
            spoilt += (~np.isfinite(part)).sum(axis=(0, 2))
    if not spoilt.any():
        return
    task = tasks[int(spoilt.argmax())]
    smaller = "take smaller steps (step_size), " if steps > 1 else ""
    raise TableError(
        f"Task {task.name!r} has a loss that is not finite; {smaller}look for extreme values in "
        "its labels or in the features, or drop the task with --ignore."
    )
