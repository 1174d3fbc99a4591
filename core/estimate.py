"""What a run will take before it starts: seconds and memory, from its size and its plan.

needs = estimate_run(Size(n_rows=11_778, n_inputs=30, n_tasks=16), preset("quick"), pace=1.2)
needs.seconds, needs.memory

The seconds of every part are fitted (ours) to runs on one thread of a reference machine: 1,700 to
100,000 rows, 20 to 522 inputs, 4 to 100 tasks, every preset. `pace` says how many times slower this
machine is: `core.runs.pace` reads it off finished runs, `time_machine` off a fraction of a second
of arithmetic where there are none.
"""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core.affinity import TAG
from core.data import Roles
from core.data.features import MOST_LEVELS, SHOWN_LEVELS, plain_numbers
from core.joint_run import JointRun
from core.landscape import OneStep
from core.landscape.look_ahead.joint import rows_of_look
from core.landscape.refits.halves import MAX_ROWS as MOST_REFITTED
from core.landscape.refits.readings import FOLLOWED
from core.null import N_PERMUTATIONS, STEP_ROWS
from core.plan import Plan
from core.unrelated import MAX_ROWS

if TYPE_CHECKING:
    import pandas as pd

START_S = 1.3
"""Until the worker has read its libraries; no run is quicker."""
LIBRARIES_S = 2.5
"""Libraries that the stages read when they need them."""
TRAIN = 0.6
"""Share of the rows that the landscape sees."""
LIBRARIES_BYTES = 690e6
BYTES_A_NUMBER = 40
"""Bytes of memory that a number of the table takes at the most crowded moment."""
BYTES_A_TASK = 1.5e6
ARITHMETIC_S = 4.9e-4
"""What `time_machine` repeats, on the reference machine."""


LOOKED_AT = 10_000
"""Rows that texts are counted in."""


@dataclass(frozen=True)
class Size:
    """Rows of a table, inputs of the model after texts were coded, and tasks."""

    n_rows: int
    n_inputs: int
    n_tasks: int
    n_held: int | None = None
    """Rows that are in memory together, where the table is read in batches; else all."""

    @property
    def n_train(self) -> float:
        """Rows that the landscape sees."""
        return TRAIN * self.n_rows


def size_of(frame: "pd.DataFrame", roles: Roles) -> Size:
    """The size of a table that is not coded yet; its texts are counted in its first rows."""
    numbers = plain_numbers(frame)
    texts = [name for name in roles.features if name not in numbers]
    levels = [int(frame[name].iloc[:LOOKED_AT].nunique()) for name in texts]
    inputs = [1 if n <= 2 else min(n, SHOWN_LEVELS + 1) for n in levels if n <= MOST_LEVELS]
    n_inputs = len(roles.features) - len(texts) + sum(inputs)
    return Size(len(frame), n_inputs, len(roles.targets))


class Needs(NamedTuple):
    """Seconds from the start to the answer, and bytes of memory at the most crowded moment."""

    seconds: float
    memory: float


def estimate_run(size: Size, plan: Plan, pace: float = 1.0) -> Needs:
    """What the first run of a plan takes on a table in memory.

    Args:
        size: of the table.
        plan: its settings.
        pace: how many times slower this machine is than the reference.
    """
    run: JointRun | None = plan.measure if isinstance(plan.measure, JointRun) else None
    if run is None and size.n_tasks <= TAG.most_tasks:
        run = TAG()
    parts = (
        START_S + LIBRARIES_S,
        0.25e-6 * size.n_rows * (size.n_inputs + size.n_tasks),
        _landscapes(size, plan.landscape),
        _look_ahead(size, run) if run is not None else 0.0,
        _refits(size, plan.landscape),
        _null(size, plan),
        _groups(size, plan),
    )
    n_held = size.n_rows if size.n_held is None else size.n_held
    numbers = n_held * (size.n_inputs + size.n_tasks)
    replicates = 8.0 * 8 * plan.n_replicates * size.n_tasks**2
    memory = LIBRARIES_BYTES + BYTES_A_TASK * size.n_tasks + BYTES_A_NUMBER * numbers + replicates
    return Needs(pace * sum(parts), memory)


def time_machine(repeats: int = 200) -> float:
    """How many times slower a little arithmetic on one thread is here, now, than on the reference
    machine."""
    numbers = np.random.default_rng(0).normal(size=50_000)
    start = time.perf_counter()
    for _ in range(repeats):
        np.sort(np.tanh(numbers))
    return (time.perf_counter() - start) / repeats / ARITHMETIC_S


def _passes(n_rows: float, n_inputs: int, landscape: OneStep) -> float:
    """Thousand million weights that rows pass through."""
    inner = 0 if landscape.trunk == "linear" else (landscape.depth - 1) * landscape.width
    return n_rows * landscape.width * (n_inputs + inner) / 1e9


def _landscapes(size: Size, landscape: OneStep) -> float:
    """One shared head and a head for each task, for every start."""
    rows = min(landscape.samples or size.n_train, size.n_train)
    weights = _passes(rows, size.n_inputs, landscape)
    labels = rows * size.n_tasks / 1e6
    start = 0.1 + weights + labels + 0.02 * labels * size.n_tasks
    if landscape.start == "warmup":
        start += landscape.warmup_steps * (2e-3 + 2e-5 * size.n_tasks)
    if landscape.heads == "own":
        start += 0.15 * size.n_tasks * weights
    walks = 2 * _walks(size, landscape, landscape.step_rows)
    return landscape.starts * (start + walks) + 0.01 * size.n_tasks


def _walks(size: Size, landscape: OneStep, followed: int) -> float:
    """Rows that are followed for more than one step, each for every task."""
    if landscape.steps == 1:
        return 0.0
    rows = min(followed, size.n_train) * size.n_tasks
    return 1.5 * landscape.steps * _passes(rows, size.n_inputs, landscape)


def _look_ahead(size: Size, run: JointRun) -> float:
    tasks, n_looks = size.n_tasks, -(-run.steps // run.every)
    losses = tasks**2 * rows_of_look(run, tasks)
    look = 5e-4 * tasks + 1.2e-8 * losses + 1.7e-6 * tasks * size.n_inputs
    return 6e-4 * run.steps + n_looks * look


def _null(size: Size, plan: Plan) -> float:
    """The chosen measure again and again on permuted labels."""
    rows = min(size.n_train, MAX_ROWS)
    labels = rows * size.n_tasks / 1e6
    weights = _passes(rows, size.n_inputs, plan.landscape)
    once = 0.02 + 0.4 * weights + 0.9 * labels + 0.012 * labels * size.n_tasks
    if plan.heads == "shared":
        once = 0.01 + 0.2 * weights
    once += _walks(size, plan.landscape, STEP_ROWS)
    if isinstance(plan.measure, JointRun):
        once += _look_ahead(size, plan.measure)
    return N_PERMUTATIONS * once


def _refits(size: Size, landscape: OneStep) -> float:
    """Probes for half of the patients, and how alike they pull, again and again."""
    rows = size.n_train / -(-size.n_train // MOST_REFITTED) / 2
    labels = rows * size.n_tasks / 1e6
    weights = _passes(rows, size.n_inputs, landscape)
    pull = 0.013 * labels * size.n_tasks if landscape.steps == 1 else 0.0
    followed = _walks(size, landscape, FOLLOWED)
    return landscape.refits * (0.02 + 0.15 * weights + 0.35 * labels + pull + followed)


def _groups(size: Size, plan: Plan) -> float:
    """Graph, encoder, re-runs, mixtures, summary and the first map."""
    tasks, replicates = size.n_tasks, plan.n_replicates
    encoder = 0.4 + 1.6e-4 * tasks**2 + 8e-7 * replicates * tasks**2
    points = min(size.n_train * tasks, plan.landscape.max_points)
    return encoder + 0.1 + 2.5e-4 * tasks * replicates + 1e-5 * points
