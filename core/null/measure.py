"""What the chosen measure says of tasks that have nothing to do with each other.

The same landscape and the same measure, of tables whose tasks are unrelated (`unrelated.py`),
show how alike independent tasks look, the effects that base rates and kinds have on a whole row of
the matrix included.
"""

from dataclasses import replace

import numpy as np

from core.affinity import Measure, measure_affinity
from core.joint_run import JointRun
from core.landscape import (
    NOTHING,
    Brought,
    OneStep,
    measure_landscape,
    measure_look_ahead,
    most_at_once,
    prepare_inputs,
)
from core.machine.device import full_precision
from core.machine.threads import side_by_side
from core.null.unrelated import draw_patients, unrelate
from core.progress import OnProgress, silent
from core.values import Affinity, Null, TaskTable

N_PERMUTATIONS = 19
"""The largest of 19 is the 5 % level: one of 20 exchangeable draws is the largest."""
PAIR_SAMPLES = 8
"""Samples drawn for a task where samples are not matched; fewer make the null noisier, so a claim
against it is harder to make."""
STEP_ROWS = 100
"""Rows that are followed for more than one step, likewise."""


def measure_null(
    table: TaskTable,
    landscape: OneStep,
    measure: Measure,
    seed: int = 0,
    device: str = "auto",
    on_progress: OnProgress = silent,
    n_permutations: int = N_PERMUTATIONS,
    brought: Brought = NOTHING,
) -> Null:
    """Measure the training rows again and again with the labels of every task permuted.

    One row a patient (repeated rows of a patient are no independent evidence) and at most 5000
    rows; one random start. The permutations belong to the labels of a task, not to its place, so
    the order of the columns does not matter and copies stay copies: they are no evidence of more.

    Args:
        table: only its training rows are looked at.
        landscape: the settings of the landscape that the measure reads, heads included.
        measure: what the groups are made from.
        seed: of the rows drawn and the permutations.
        device: as for the landscape.
        on_progress: told the finished share after every permutation; may raise Cancelled.
        n_permutations: how often.
        brought: the trunk or weights that the landscape was measured with, if any.
    """
    small, own = draw_patients(table, seed), table.has_own_samples
    unrelated = unrelate(small, own, landscape.trunk, seed)
    once, prepared = _as_few(landscape), None if own else prepare_inputs(small)

    def measure_once(number: int) -> Affinity:
        shuffled = unrelated(number)
        found = measure_landscape(
            shuffled,
            once,
            seed,
            device,
            reads=measure.reads,
            trunk=brought.trunk,
            weights=brought.weights,
            parameters=brought.parameters,
            inputs=prepared,
        )
        if isinstance(measure, JointRun):
            asked = (measure, once, seed, device)
            ahead = measure_look_ahead(shuffled, found, *asked, brought=brought)
            found = replace(found, look_ahead=ahead)
        return measure_affinity(found, measure, n_replicates=1, seed=seed)

    def told(share: float) -> None:
        on_progress(share, "what independent tasks would look like")

    most = most_at_once(table, landscape, brought, device)
    with full_precision():
        made = side_by_side(measure_once, n_permutations, told, most)
    return Null(np.stack([one.similarity for one in made]), np.stack([one.values for one in made]))


def _as_few(landscape: OneStep) -> OneStep:
    """The same settings for one start of few rows, of which nothing but the sums is looked at."""
    return replace(
        landscape,
        starts=1,
        max_points=10,
        n_blocks=2,
        samples=0,
        refits=0,
        pair_samples=min(landscape.pair_samples, PAIR_SAMPLES),
        step_rows=min(landscape.step_rows, STEP_ROWS),
    )
