"""What a run will take before it starts: seconds and memory, from its size and its plan.

needs = estimate_run(Size(n_rows=11_778, n_inputs=30, n_tasks=16), preset("quick"), pace=0.8)
needs.seconds, needs.memory

What a plan asks for is counted, and multiplied by what a unit of it takes (`core.unit_seconds`):
seconds that a CPU is at work. `python -m tests.benchmarks estimate` tells how near they come, and
`pace` says what a clock shows here for such a second (`core.runs.pace`).
"""

from typing import NamedTuple

from core import unit_seconds as unit
from core.affinity import TAG
from core.convolutions import outline_of
from core.drivers.measure import MOST_PAIRS, MOST_PATIENTS, N_STARTS
from core.errors import MethodError
from core.joint_run import JointRun
from core.landscape import OneStep
from core.landscape.groups.agreement import MAX_KEPT as MOST_DISPLACED
from core.landscape.look_ahead.draws import FEWEST
from core.landscape.look_ahead.joint import rows_of_look
from core.landscape.refits.halves import MAX_ROWS as MOST_REFITTED
from core.landscape.refits.readings import PAIR_SAMPLES
from core.landscape.sums.mean_pull import MAX_KEPT as MOST_KEPT
from core.null import N_PERMUTATIONS
from core.plan import Plan
from core.size import Size
from core.unrelated import MAX_ROWS

LIBRARIES_BYTES = 690e6
BYTES_A_NUMBER = 40
"""Bytes of memory that a number of the table takes at the most crowded moment."""
BYTES_A_TASK = 3e6

FOLLOWED, FOLLOWED_OF_CHANCE = 40, 70
"""Rows that refits and permutations follow for more than one step, about."""


class Needs(NamedTuple):
    """Seconds from the start to the answer, and bytes of memory at the most crowded moment."""

    seconds: float
    memory: float


def estimate_run(size: Size, plan: Plan, pace: float = 1.0) -> Needs:
    """What the first run of a plan takes on a table.

    Args:
        size: of the table.
        plan: its settings.
        pace: seconds of a clock for a second of the estimate.
    """
    run: JointRun | None = plan.measure if isinstance(plan.measure, JointRun) else None
    if run is None and size.n_tasks <= TAG.most_tasks:
        run = TAG()
    parts = (
        unit.START_S + unit.LIBRARIES_S,
        unit.CELL_S * size.n_rows * (size.n_inputs + size.n_tasks),
        _starts(size, plan.landscape),
        _refits(size, plan.landscape),
        _joint_run(size, plan.landscape, run) if run is not None else 0.0,
        _null(size, plan),
        _drivers(size, plan.landscape),
        _groups(size.n_tasks, plan.n_replicates),
    )
    n_held = size.n_rows if size.n_held is None else size.n_held
    numbers = n_held * (size.n_inputs + size.n_outputs)
    replicates = 8.0 * 8 * plan.n_replicates * size.n_tasks**2
    memory = LIBRARIES_BYTES + BYTES_A_TASK * size.n_tasks + BYTES_A_NUMBER * numbers + replicates
    return Needs(pace * sum(parts), memory)


class _Weights(NamedTuple):
    """Weights of the trunk that a row passes."""

    first: float
    """Of plain layers those that see the inputs, which no step changes."""
    others: float
    is_plain: bool = True
    """Whether it is as many as the trunk has, each passed once; not so for convolutions."""

    @property
    def total(self) -> float:
        return self.first + self.others


def _layers(size: Size, landscape: OneStep) -> _Weights:
    width, depth = landscape.width, landscape.depth
    try:
        own = outline_of(landscape.trunk, size.shape, size.n_inputs, width, depth)
    except MethodError:  # such a plan is refused where it is started
        own = None
    if own is not None:
        return _Weights(0.0, unit.CONVOLUTION * own.n_products, is_plain=False)
    inner = 0 if landscape.trunk == "linear" else (depth - 1) * width**2
    return _Weights(width * size.n_inputs, inner)


def _weights(size: Size, landscape: OneStep) -> float:
    return _layers(size, landscape).total


def _fit(size: Size, landscape: OneStep, rows: float) -> float:
    """To fit probes to some rows, and to read them."""
    each = (unit.FIT_LABEL_S + unit.FIT_UNIT_S * landscape.width) * size.n_outputs
    whitened = unit.FIT_SPREAD_S * landscape.width**3
    return unit.FIT_S + whitened + rows * (each + unit.FIT_WEIGHT_S * _weights(size, landscape))


def _starts(size: Size, landscape: OneStep) -> float:
    """Probes and one shared head, from every start."""
    rows = min(landscape.samples or size.n_train, size.n_train)
    weights, pairs = _weights(size, landscape), size.n_tasks**2
    one = unit.START_SUM_S + rows * unit.WEIGHT_SUM_S * weights + 2 * _warm_up(size, landscape)
    one += unit.READINGS * _reading(size)
    if _is_matched(size, landscape):
        one += rows * unit.PAIR_SUM_S * pairs + _means(size, landscape)
        one += _walks(size, landscape, landscape.step_rows, landscape.heads)
        one += _walks(size, landscape, landscape.step_rows)
    elif landscape.pairing == "mean":
        one += 2 * unit.MEAN_S * pairs * landscape.n_blocks * weights
    else:
        one += _apart(size, landscape, landscape.pair_samples)
    if landscape.heads == "own":
        one += unit.OWN_HEAD_S * rows * size.n_tasks * weights
    return landscape.starts * one


def _means(size: Size, landscape: OneStep) -> float:
    """Mean displacements, block by block; made twice where they are too many to be kept."""
    weights = _layers(size, landscape)
    a_block = size.n_tasks * weights.total * weights.is_plain
    again = 2 if landscape.n_blocks * a_block > MOST_KEPT else 1
    each = unit.MEAN_BLOCK_S + unit.MEAN_PAIR_S * size.n_tasks
    return again * landscape.n_blocks * a_block * each


def _reading(size: Size) -> float:
    """Every row again, where it stays in its file."""
    if size.n_at_hand == size.n_train:
        return 0.0
    return unit.READ_CELL_S * size.n_rows * (size.n_inputs + size.n_tasks)


def _refits(size: Size, landscape: OneStep) -> float:
    """Probes for half of the patients, and how alike they pull, again and again."""
    if landscape.pairing == "mean":
        return 0.0
    half = size.n_at_hand / -(-size.n_at_hand // MOST_REFITTED) / 2
    label = (unit.REFIT_LABEL_S + unit.REFIT_UNIT_S * landscape.width) * size.n_outputs
    one = unit.REFIT_S + half * (label + unit.FIT_WEIGHT_S * _weights(size, landscape))
    if _is_matched(size, landscape):
        one += _walks(size, landscape, FOLLOWED)
    elif landscape.heads == "probe":  # else nobody reads distances of probes
        one += _apart(size, landscape, PAIR_SAMPLES)
    return landscape.refits * one + _reading(size)


def _null(size: Size, plan: Plan) -> float:
    """The chosen measure again and again on permuted labels."""
    rows = min(size.n_train, MAX_ROWS)
    once = _fit(size, plan.landscape, rows)
    if plan.heads == "shared":
        once = unit.FIT_S + rows * unit.FIT_WEIGHT_S * _weights(size, plan.landscape)
    once += _warm_up(size, plan.landscape)
    once += _walks(size, plan.landscape, FOLLOWED_OF_CHANCE, plan.heads)
    if isinstance(plan.measure, JointRun):
        once += _joint_run(size, plan.landscape, plan.measure)
    return N_PERMUTATIONS * once


def _drivers(size: Size, landscape: OneStep) -> float:
    """What drives the groups, beside chance."""
    if size.has_own_samples:
        return 0.0
    weights = _layers(size, landscape)
    displaced = size.n_tasks * weights.total * weights.is_plain
    if displaced > MOST_DISPLACED:
        return 0.0
    rows = min(size.n_train, MOST_PATIENTS, MOST_PAIRS / size.n_tasks)
    fit = _fit(size, landscape, rows) * (unit.DRIVE_FIT if weights.is_plain else 1.0)
    passed = displaced * (unit.DRIVE_WEIGHT_S * rows + unit.DRIVE_MEAN_S)
    once = fit + passed + _warm_up(size, landscape)
    return (N_STARTS + N_PERMUTATIONS) * once


def _is_matched(size: Size, landscape: OneStep) -> bool:
    """Whether tasks are compared on the samples that they share."""
    if landscape.pairing == "auto":
        return not size.has_own_samples
    return landscape.pairing == "matched"


def _warm_up(size: Size, landscape: OneStep) -> float:
    """A short joint run before a start, where one is asked for."""
    if landscape.start != "warmup":
        return 0.0
    return landscape.warmup_steps * (unit.WARM_STEP_S + unit.WARM_TASK_S * size.n_tasks)


def _walks(size: Size, landscape: OneStep, followed: int, heads: str = "probe") -> float:
    """Rows that are followed for more than one step, each for every task, or for every label where
    all tasks have the same head."""
    if landscape.steps == 1:
        return 0.0
    is_same = heads == "shared" and landscape.head_bias == "zero"
    labels = min(followed, size.n_train) * (2 if is_same else size.n_tasks)
    weights = _layers(size, landscape)
    a_label = unit.STEP_INPUT_S * weights.first + unit.STEP_S * weights.others
    return landscape.steps * labels * a_label


def _apart(size: Size, landscape: OneStep, n_samples: int) -> float:
    """How far every two of so many samples of every task are apart."""
    drawn = min(n_samples * size.n_tasks, size.n_train)
    numbers = size.n_inputs + landscape.width + 2 * (landscape.depth - 1) * landscape.width
    return unit.APART_S * drawn**2 / 2 * numbers


def _joint_run(size: Size, landscape: OneStep, run: JointRun) -> float:
    """Steps of all tasks, and looks ahead of each alone."""
    tasks, n_looks = size.n_tasks, -(-run.steps // run.every)
    own_rows = FEWEST * tasks if size.has_own_samples else 0
    rows, looked = max(run.batch_size, own_rows), max(rows_of_look(run, tasks), own_rows)
    inner = (landscape.depth - 1) * landscape.width**2
    step = unit.JOINT_STEP_S + unit.JOINT_WEIGHT_S * rows * tasks * inner
    look = unit.LOOK_S * tasks + unit.LOOK_WEIGHT_S * tasks * size.n_inputs * landscape.width
    return run.steps * step + n_looks * (look + unit.LOOK_LOSS_S * tasks**2 * looked)


def _groups(n_tasks: int, n_replicates: int) -> float:
    """Intervals, graph, encoder, re-runs and mixtures."""
    again = unit.RERUN_S * n_tasks + unit.RERUN_PAIR_S * n_tasks**2
    return unit.ENCODER_PAIR_S * n_tasks**2 + n_replicates * again
