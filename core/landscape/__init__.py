"""What every sample wants from the model, task by task.

From one random start a sample i pulls the trunk's weights to its own optimum for task t, one
gradient step away: θ*_it = θ₀ − η ∇ℓ_t(x_i, y_it) (METHODS §1, arXiv 2412.04413 with K = 1), or
several. Two tasks may share a model where their optima lie close together. For one step no gradient
is ever formed: for a linear layer it is the outer product δ_it a_iᵀ, so every pair of tasks is
compared through δ alone.

    one_step      the method: its settings, and the loop over random starts
    ground        what every start is measured on
    start         one random start
    labels        label columns → numbers and masks; which tasks are copies of each other
    notes         what a reader must know
    spread        what several starts agree on
    starting      the trunk that a start is measured from
    warmup        a short joint run of all tasks
    brought       a module or weights of the user's
    trunk         what the landscape asks of the shared layers
    perceptron    linear maps and ReLUs: the trunks with a closed form
    any_trunk     the pair terms of all others, a few rows at a time
    heads         one head for all tasks; losses and their derivatives
    probe         a head for each task, fitted on the frozen features
    closed_form   distance and cosine of the displacements of every pair of tasks
    one_output    the same where all tasks share one output: products of 0/1 matrices
    terms         what a pair of tasks contributes
    module_trunk  any torch module: layers with a form are tapped, others go by torch.func
    admit         what a module must show before it is let in as a trunk
    parameters    which of its parameters count
    taps          linear maps and convolutions, from what they were fed and what came back
    by_row        gradients of single rows by any other parameter
    nets          the convolutional trunks
    canvas        from the inputs of a table back to images and series
    layers        what the layers of any trunk add: outer products, sums of them, or whole
    row_terms     the pair terms of every row, filled layer by layer
    targets       which walks there are: one for every sample and distinct target
    follow        optima of several steps
    follow_copies  for any trunk, with a copy of the weights for every walk
    follow_factors  for a perceptron, without any
    walks         what following leaves behind
    walked        the sums of the pair terms after several steps
    mean_pairs    tasks compared by their mean displacements
    crossed       tasks with their own samples: all samples of one against all of the other
    crossed_layers  a layer's part in the distance of every two samples
    rank_one      the exact L1 distance of the gradients of two samples
    mean_pull     inner products of the tasks' mean displacements
    blocks        which rows are summed together
    material      what the starts are measured on: rows at hand, and every row
    memory        batches that fit
    rows          the rows in pieces, each of one block
    accumulate    batches of rows → sums of every block
    label_sums    the same sums of the labels alone, without a model
    look_ahead    one joint run: what a step of a task does to the others' losses
    ahead         one step ahead: gradients by task, losses where they lead
    draws         the rows of every step, and those held out
    tally         looks ahead, added up by block
    strata        a fair draw among tasks and labels
    points        sketches of the displacements, for the pictures

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

from core.device import full_precision
from core.errors import MethodError
from core.joint_run import JointRun, LookAhead
from core.landscape.brought import NOTHING, Brought, Weights, bring, load_weights
from core.landscape.canvas import CONVOLUTIONS
from core.landscape.look_ahead import run_ahead
from core.landscape.one_step import OneStep
from core.landscape.terms import SUMS
from core.methods import Stage
from core.progress import OnProgress, silent
from core.streamed import StreamedTable
from core.values import Landscape, TaskTable

if TYPE_CHECKING:
    import torch

LANDSCAPES: Stage[OneStep] = Stage("landscape", {"one_step": OneStep})

__all__ = [
    "CONVOLUTIONS",
    "LANDSCAPES",
    "NOTHING",
    "Brought",
    "OneStep",
    "Weights",
    "bring",
    "load_weights",
    "measure_landscape",
    "measure_look_ahead",
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

    Raises:
        TableError: no training row, no feature that varies, or a task whose loss is not finite.
        MethodError: an unknown sum, an unknown or unusable device, a trunk that cannot read such
            samples or that mixes them, weights or names that do not fit it.
    """
    unknown = sorted(set(reads) - set(SUMS))
    if unknown:
        raise MethodError(f"reads={unknown} names no sums; there are {', '.join(SUMS)}.")
    brought = bring(trunk, weights, parameters)
    chosen = method or OneStep()
    with full_precision():
        return chosen(table, seed, device, on_progress, frozenset(reads), brought)


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
    return run_ahead(table, method, run, n_blocks, seed, device, on_progress, brought)
