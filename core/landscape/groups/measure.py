"""The agreement of groups on a table, from one random start."""

import numpy as np
from jaxtyping import Int

from core.landscape.ground import Ground
from core.landscape.groups.agreement import Agreement, find_agreement, fits
from core.landscape.one_step import OneStep
from core.landscape.probes.fit import fit_probes
from core.landscape.rows.material import Inputs, from_table
from core.landscape.rows.pieces import arrange_rows
from core.landscape.start import generator_of
from core.landscape.start_trunk import start_trunk
from core.landscape.trunks.brought import NOTHING, Brought
from core.machine.device import full_precision, pick_device, send
from core.values import TaskTable

N_BLOCKS = 2
"""Nothing is re-weighted, so any number does."""
RIDGE = 2.0
"""How strongly the probes are held back, as a multiple of the rows (ours). A probe that fits all it
can leaves the trunk nothing of what a column says by itself; one that has only begun to fit points
where the first steps of training go, and random starts agree on who and what drives a group
(measured on two planted and two clinical tables: correlation of the samples' parts between starts
0.7 to 0.9, against 0.1 to 0.6 at the default ridge; a hundred times more loses to chance)."""


def measure_agreement(
    table: TaskTable,
    groups: Int[np.ndarray, " task"],
    method: OneStep | None = None,
    seed: int = 0,
    number: int = 0,
    device: str = "auto",
    brought: Brought = NOTHING,
    inputs: Inputs | None = None,
) -> Agreement | None:
    """What holds each group of tasks together on the training rows, after one step from a start.

    Every task has a head of its own, a probe that has only begun to fit the frozen features,
    whatever heads the method names: with one shared head the tasks' mean displacements agree even
    where their labels are drawn by lot.

    Args:
        table: with tasks that share their samples.
        groups: the group of each task, numbered 0, 1, …
        method: the settings of the landscape; `OneStep()` when None.
        seed, number: of the random start; the same as those of the landscape.
        device: `auto`, `cpu` or `cuda`.
        brought: a trunk or weights of the user's own.
        inputs: as for `core.landscape.measure_landscape`.

    Returns:
        None where the mean displacements of all tasks take too much memory.

    Raises:
        TableError, MethodError: as `core.landscape.measure_landscape`.
    """
    import torch

    method = method or OneStep()
    material, on = from_table(table, N_BLOCKS, seed, inputs), pick_device(device)
    part = material.at_hand
    rows = arrange_rows(part.x, part.labels, part.block, on)
    ground = Ground(
        material.tasks, part.labels, rows, material.layout, brought, "matched", None, frozenset()
    )
    with full_precision():
        trunk = start_trunk(method, ground, generator_of(seed, number), _ignore)
        if not fits(trunk, len(table.tasks)):
            return None
        heads = fit_probes(ground.tasks, rows, trunk, RIDGE * len(part.x), _ignore)
        value = send(part.labels.value, on, torch.float32)
        known = send(part.labels.known, on)
        x = send(part.x, on)
        return find_agreement(trunk, heads, x, value, known, groups)


def _ignore(share: float) -> None:
    """A start is short, so nobody waits for a part of it."""
