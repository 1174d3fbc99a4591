"""What every sample wants from the model, task by task.

From one random start a sample i pulls the trunk's weights to its own optimum for task t, one
gradient step away: θ*_it = θ₀ − η ∇ℓ_t(x_i, y_it) (METHODS §1, arXiv 2412.04413 with K = 1), or
several. Two tasks may share a model where their optima lie close together. For one step no gradient
is ever formed: for a linear layer it is the outer product δ_it a_iᵀ, so every pair of tasks is
compared through δ alone.

    one_step      the method: its settings
    measure       the mean over random starts
    start         one random start
    start_points  its points, for the pictures
    start_trunk   the trunk that a start is measured from
    warmup        a short joint run of all tasks
    ground        what every start is measured on
    heads         from features to losses and their derivatives
    drawn_heads   random heads: one for all tasks, or one of each task's own
    quasi_newton  the search of all probes, side by side
    terms         what a pair of tasks contributes
    row_terms     the same of every row, filled layer by layer
    memory        batches that fit
    not_finite    which loss is not finite, and on which rows
    coreset       a few rows that stand for all
    points        sketches of the displacements, for the pictures
    spread        what several starts agree on
    at_once       whether landscapes may be measured beside each other
    notes         what a reader must know

    probes/        a head for each task, fitted on the frozen features
    rows/          the rows, their blocks and their labels
    trunks/        the shared layers, whatever they are made of
    layers/        what one layer adds to a pair of tasks
    sums/          one step: sums over all rows
    walks/         several steps
    own_samples/   tasks without a common row
    refits/        probes fitted again on halves of the patients: how far to trust them
    look_ahead/    TAG: one joint run
    groups/        what holds the tasks of a group together

Example:
    >>> from core.data import load_example, load_table
    >>> frame, targets = load_example("cohort")
    >>> landscape = measure_landscape(load_table(frame, targets=targets), OneStep(starts=1))
    >>> landscape.sums.distance.shape
    (50, 12, 12)
"""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import MethodError
from core.joint_run import JointRun, LookAhead
from core.landscape.at_once import most_at_once
from core.landscape.groups.agreement import Agreement
from core.landscape.groups.measure import measure_agreement
from core.landscape.look_ahead.joint import run_ahead
from core.landscape.measure import average_starts, points_of_start
from core.landscape.one_step import OneStep
from core.landscape.rows.material import Inputs, prepare_inputs
from core.landscape.start_trunk import check_start
from core.landscape.terms import SUMS
from core.landscape.trunks.brought import NOTHING, Brought, Weights, bring, load_weights
from core.machine.device import full_precision
from core.methods import Stage
from core.progress import OnProgress, silent
from core.streamed import StreamedTable
from core.values import Landscape, Points, TaskTable

if TYPE_CHECKING:
    import torch

LANDSCAPES: Stage[OneStep] = Stage("landscape", {"one_step": OneStep})

__all__ = [
    "LANDSCAPES",
    "NOTHING",
    "Agreement",
    "Brought",
    "Inputs",
    "OneStep",
    "Weights",
    "bring",
    "check_start",
    "load_weights",
    "measure_agreement",
    "measure_landscape",
    "measure_look_ahead",
    "measure_points",
    "most_at_once",
    "prepare_inputs",
]


def measure_landscape(
    table: TaskTable | StreamedTable,
    method: OneStep | None = None,
    seed: int = 0,
    device: str = "auto",
    on_progress: OnProgress = silent,
    reads: Collection[str] = SUMS,
    trunk: "torch.nn.Module | None" = None,
    weights: "Weights | Path | str | None" = None,
    parameters: Sequence[str] = (),
    inputs: Inputs | None = None,
) -> Landscape:
    """Displacements of the sample-wise optima of the training rows, summed up by pair of tasks.

    Args:
        table: in memory or streamed from a file; only its training rows are looked at; missing
            labels and features are allowed.
        method: the settings; `OneStep()` when None.
        seed: of the random starts, the blocks and the points drawn.
        device: `auto`, `cpu` or `cuda`.
        on_progress: told the finished share after every batch; may raise Cancelled.
        reads: the sums that are wanted beside the counts (`Measure.reads`); all when not given.
            The others may be None.
        trunk: a module of your own, that maps [row, input] (`core.inputs.model_inputs`), or
            [row, *feature_shape] for images and series, to features [row, width]; it is measured
            where it stands, in evaluation mode, and left as it is.
        weights: a pretrained start for that module or for the trunk that `method` names: a state
            dict, or a safetensors file.
        parameters: names or globs of the parameters that count; the weights of all layers but
            norm layers when empty.
        inputs: `prepare_inputs` of a table in memory that differs in its labels at most.

    Raises:
        TableError: no training row, no feature that varies, or a task whose loss is not finite.
        MethodError: an unknown sum, an unknown or unusable device, a trunk that cannot read such
            samples or that mixes them, weights or names that do not fit it.
    """
    unknown = sorted(set(reads) - set(SUMS))
    if unknown:
        raise MethodError(f"reads={unknown} names no sums; there are {', '.join(SUMS)}.")
    brought, read = bring(trunk, weights, parameters), frozenset(reads)
    chosen = method or OneStep()
    with full_precision():
        return average_starts(chosen, table, seed, device, on_progress, read, brought, inputs)


def measure_points(
    table: TaskTable | StreamedTable,
    number: int,
    method: OneStep | None = None,
    seed: int = 0,
    device: str = "auto",
    on_progress: OnProgress = silent,
    brought: Brought = NOTHING,
) -> Points:
    """The points of one of the starts that a landscape averages, for the pictures: the same samples
    and tasks in the same order as the landscape's own, which are those of start 0.

    Args:
        table: of the landscape.
        number: of the start, from 0.
        method: of the landscape.
        seed: of the landscape.
        device: `auto`, `cpu` or `cuda`.
        on_progress: told the finished share; may raise Cancelled.
        brought: what the landscape starts at.

    Raises:
        TableError, MethodError: as for `measure_landscape`, or no start has that number.
    """
    chosen = method or OneStep()
    if not 0 <= number < chosen.n_starts(brought):
        raise MethodError(f"number={number}: the landscape has {chosen.n_starts(brought)} starts.")
    with full_precision():
        return points_of_start(chosen, number, table, seed, device, on_progress, brought)


def measure_look_ahead(
    table: TaskTable | StreamedTable,
    landscape: Landscape,
    run: JointRun | None = None,
    method: OneStep | None = None,
    seed: int = 0,
    device: str = "auto",
    on_progress: OnProgress = silent,
    brought: Brought = NOTHING,
) -> LookAhead:
    """What a step of each task does to the losses of all tasks, in one joint run.

    Args:
        table: only its training rows are looked at; of a streamed one, those of its sample.
        landscape: of the same table; a look ahead has its blocks.
        run: the settings of the joint run; `JointRun()` when None.
        method: gives the trunk; `OneStep()` when None.
        seed: of the start, the rows held out and the batches.
        device: `auto`, `cpu` or `cuda`.
        on_progress: told the finished share before every step; may raise Cancelled.
        brought: a trunk or weights of your own, `bring(trunk=module)`; the run trains a copy.

    Raises:
        TableError, MethodError: as `measure_landscape`.
    """
    method, run, n_blocks = method or OneStep(), run or JointRun(), landscape.sums.n_blocks
    with full_precision():
        return run_ahead(table, method, run, n_blocks, seed, device, on_progress, brought)
