"""One joint run of all tasks that looks ahead: what a step of one task does to the others' losses.

At a look ahead every source's gradient alone takes the trunk one step further, and each target's
loss there is compared with its loss where the run stands (Fifty et al. 2021):

    Z_source→target = 1 − loss_target(θ − η g_source) / loss_target(θ)

averaged over the looks. All tasks then take their joint step, and their heads learn along. They
start as the constant predictors, so that nothing depends on a draw of them (ours).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float32, Int

from core.joint_run import JointRun, LookAhead
from core.landscape.drawn_heads import draw_own_heads
from core.landscape.heads import Heads
from core.landscape.look_ahead.draws import Parted, batches, hold_out
from core.landscape.look_ahead.step import (
    Batch,
    Pulled,
    Stand,
    losses_ahead,
    losses_here,
    pull_back,
    sources_at_a_time,
    step,
)
from core.landscape.look_ahead.tally import Tally
from core.landscape.memory import Batches
from core.landscape.one_step import OneStep
from core.landscape.rows.labels import Labels
from core.landscape.rows.material import Material, from_stream, from_table
from core.landscape.start import generator_of
from core.landscape.start_trunk import draw_trunk
from core.landscape.trunks.brought import NOTHING, Brought
from core.landscape.trunks.trunk import Trunk
from core.machine.device import pick_device, send
from core.progress import OnProgress
from core.streamed import StreamedTable
from core.values import TaskTable

if TYPE_CHECKING:
    import torch

SMALLEST = 1e-12
"""Losses of a constant predictor below this count as none."""

MAX_LOSSES = 2**24
"""Losses that a look ahead reads at most, so that hundreds of tasks read fewer rows (ours)."""

FEWEST = 64
"""Rows that it reads in any case, where there are as many."""

_STREAM = 9
"""Where the random numbers of a joint run stand among those of a seed."""


def rows_of_look(run: JointRun, n_tasks: int) -> int:
    """How many rows a look ahead reads."""
    return min(run.look_rows, max(FEWEST, MAX_LOSSES // n_tasks**2))


@dataclass(frozen=True, eq=False)
class _Problem:
    """Training rows: those learnt from and those looked at."""

    x: Float32[np.ndarray, "row input"]
    labels: Labels
    block: Int[np.ndarray, " row"]
    part: Parted
    run: JointRun
    seed: int
    device: "torch.device"

    def batch(self, rows: Int[np.ndarray, " row"]) -> Batch:
        """Some rows on the device."""
        import torch

        x, value, known = self.x[rows], self.labels.value[rows], self.labels.known[rows]
        return Batch(
            send(x, self.device, torch.float32),
            send(value, self.device, torch.float32),
            send(known, self.device),
        )

    def steps(self) -> "Iterator[Int[np.ndarray, ' row']]":
        seed = [self.seed, _STREAM, 1]
        return batches(self.part.learnt, self.labels.known, self.run.batch_size, seed)

    def looks(self) -> "Iterator[Int[np.ndarray, ' row']]":
        seed = [self.seed, _STREAM, 2]
        n_rows = rows_of_look(self.run, self.labels.known.shape[1])
        return batches(self.part.held, self.labels.known, n_rows, seed)


def run_ahead(
    table: TaskTable | StreamedTable,
    method: OneStep,
    run: JointRun,
    n_blocks: int,
    seed: int,
    device: str,
    on_progress: OnProgress,
    brought: Brought = NOTHING,
) -> LookAhead:
    """See `core.landscape.measure_look_ahead`; `n_blocks` are those of the landscape."""
    import torch

    if isinstance(table, StreamedTable):
        material = from_stream(table, n_blocks, seed)
    else:
        material = from_table(table, n_blocks, seed)
    problem = _pose(table, material, run, seed, pick_device(device))
    generator, on, tasks = generator_of(seed, 0), problem.device, material.own_tasks
    trunk = draw_trunk(method, brought, material.layout, generator, on)
    labels = material.fair_labels()
    heads = draw_own_heads(tasks, labels, trunk.width, "prior", generator, on)
    heads = replace(heads, weight=torch.zeros_like(heads.weight))
    tally = _walk(problem, trunk, heads, Tally(n_blocks, len(tasks), on), on_progress)
    number = material.distinct.number
    gain = tally.mean()[:, number][:, :, number]
    return LookAhead(gain, tally.n_looks, len(problem.part.held), tally.notes(run))


def _pose(
    table: TaskTable | StreamedTable,
    material: Material,
    run: JointRun,
    seed: int,
    device: "torch.device",
) -> _Problem:
    whose = table.survey.patient if isinstance(table, StreamedTable) else table.patient
    at_hand, rng = material.at_hand, np.random.default_rng([seed, _STREAM, 0])
    part = hold_out(whose[at_hand.number], run.held_out, rng)
    return _Problem(at_hand.x, material.own_labels, at_hand.block, part, run, seed, device)


def _walk(
    problem: _Problem, trunk: Trunk, heads: Heads, tally: Tally, on_progress: OnProgress
) -> Tally:
    """The joint run; nothing is waited for on the way, so losses that are no longer finite show at
    its end."""
    unit, run = _units(problem, heads), problem.run
    steps, looks = problem.steps(), problem.looks()
    stand = Stand(trunk.start, heads)
    for number in range(run.steps):
        on_progress(number / run.steps, "looking ahead")
        rows = next(steps)
        batch = problem.batch(rows)
        pulled = pull_back(trunk, stand, batch, unit)
        if number % run.every == 0:
            seen = next(looks) if len(problem.part.held) else rows
            _look(problem, trunk, stand, pulled, batch.known.any(0), seen, tally)
        stand = step(stand, pulled.joint(), run.learning_rate)
    return tally


def _look(
    problem: _Problem,
    trunk: Trunk,
    stand: Stand,
    pulled: Pulled,
    stepped: "torch.Tensor",
    rows: Int[np.ndarray, " row"],
    tally: Tally,
) -> None:
    """Add up what a step of each source does on these rows, some sources at a time."""
    held, size = problem.batch(rows), problem.run.learning_rate
    look = tally.look(losses_here(trunk, stand, held), held.known, problem.block[rows])

    def work(start: int, stop: int) -> None:
        ahead = losses_ahead(trunk, stand, pulled.moves(start, stop), size, held)
        look.add(start, ahead, stepped[start:stop])

    n_at_a_time = sources_at_a_time(trunk, stand.heads, len(rows))
    Batches(n_at_a_time).over(len(stepped), work)
    look.finish()


def _units(problem: _Problem, heads: Heads) -> "torch.Tensor":
    """Loss of each task's constant predictor, [task]; 1 where it is 0."""
    import torch

    batch = problem.batch(problem.part.learnt)
    constant = heads.bias.expand(len(batch.x), *heads.bias.shape)
    losses = (heads.losses(constant, batch.value) * batch.known).sum(0)
    mean = losses / batch.known.sum(0).clamp_min(1)
    return torch.where(mean > SMALLEST, mean, torch.ones_like(mean))
