"""What the chosen measure says of tasks that have nothing to do with each other.

The labels of every task are permuted among its own labelled training rows, which keeps its base
rate, its kind and where its labels are missing, and takes away every relation to the other tasks
and to the features. The same landscape and the same measure then show how alike independent tasks
look, the effects that base rates and kinds have on a whole row of the matrix included.

Tasks with their own samples are compared by the law of their displacements, and tasks whose labels
are chance have one law: they would look alike, not unrelated. There every task keeps its labels
and what they have to do with its features, but its features change places and signs, so that what
one task needs tells nothing of what another needs (ours). Pixels and steps do so too: what is
left of an image are its values.
"""

from dataclasses import replace
from hashlib import blake2b

import numpy as np
from jaxtyping import Float, Int

from core.affinity import Measure, measure_affinity
from core.convolutions import CONVOLUTIONS
from core.device import full_precision
from core.inputs import apply_scale, fit_scale
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
from core.progress import OnProgress, silent
from core.threads import side_by_side
from core.values import Affinity, Null, Split, TaskTable

N_PERMUTATIONS = 19
"""The largest of 19 is the 5 % level: one of 20 exchangeable draws is the largest."""
MAX_ROWS = 5000
"""Rows that are permuted at most; fewer rows make the null noisier, so a claim against it is
harder to make."""
PAIR_SAMPLES = 8
"""Samples drawn for a task where samples are not matched, for the same reason."""
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
    small = draw_patients(table, seed)
    keys = label_keys(small.labels)
    inputs = _inputs(small, landscape.trunk) if table.has_own_samples else small
    once = replace(
        landscape,
        starts=1,
        max_points=10,
        n_blocks=2,
        samples=0,
        refits=0,
        pair_samples=min(landscape.pair_samples, PAIR_SAMPLES),
        step_rows=min(landscape.step_rows, STEP_ROWS),
    )
    own = table.has_own_samples
    prepared = None if own else prepare_inputs(small)

    def measure_once(number: int) -> Affinity:
        if own:
            permuted = _scramble(inputs, keys, [seed, number])
        else:
            permuted = replace(small, labels=permute_labels(small.labels, keys, [seed, number]))
        found = measure_landscape(
            permuted,
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
            ahead = measure_look_ahead(permuted, found, *asked, brought=brought)
            found = replace(found, look_ahead=ahead)
        return measure_affinity(found, measure, n_replicates=1, seed=seed)

    def told(share: float) -> None:
        on_progress(share, "what independent tasks would look like")

    most = most_at_once(table, landscape, brought, device)
    with full_precision():
        made = side_by_side(measure_once, n_permutations, told, most)
    return Null(np.stack([one.similarity for one in made]), np.stack([one.values for one in made]))


def draw_patients(table: TaskTable, seed: int, max_rows: int = MAX_ROWS) -> TaskTable:
    """At most so many training rows, each of another patient."""
    rng = np.random.default_rng(seed)
    rows = rng.permutation(table.rows(Split.TRAIN))
    rows = rows[np.unique(table.patient[rows], return_index=True)[1]]
    rows = np.sort(rng.permutation(rows)[:max_rows])
    return replace(
        table,
        features=table.features[rows],
        labels=table.labels[rows],
        split=np.full(len(rows), Split.TRAIN.code),
        patient=np.arange(len(rows)),
    )


def _inputs(table: TaskTable, trunk: str) -> TaskTable:
    """The same samples with what the model is fed as their features.

    Where a convolution will look at their places, all of them stay where they are.
    """
    scale = fit_scale(table)
    inputs = apply_scale(scale, table.features).astype(float)
    if table.feature_shape or trunk in CONVOLUTIONS:
        placed = np.zeros(table.features.shape)
        placed[:, scale.varies] = inputs[:, : scale.varies.sum()]
        return replace(table, features=placed)
    names = tuple(f"input {k}" for k in range(inputs.shape[1]))
    return replace(table, features=inputs, feature_names=names)


def _scramble(table: TaskTable, keys: list[int], seed: list[int]) -> TaskTable:
    """A table with its columns shuffled and their signs drawn, task by task."""
    features = np.array(table.features)
    n_features = features.shape[1]
    for task, key in enumerate(keys):
        rows = np.flatnonzero(~np.isnan(table.labels[:, task]))
        rng = np.random.default_rng([*seed, key])
        order = rng.permutation(n_features)
        signs = rng.choice([-1.0, 1.0], n_features)
        features[rows] = features[rows][:, order] * signs
    return replace(table, features=features)


def label_keys(labels: Float[np.ndarray, "sample task"]) -> list[int]:
    """A number for the labels of each task; copies have the same, and stay copies."""
    return [
        int.from_bytes(blake2b(column.tobytes(), digest_size=8).digest()) for column in labels.T
    ]


def permute_labels(
    labels: Float[np.ndarray, "sample task"], keys: list[int], seed: list[int]
) -> Float[np.ndarray, "sample task"]:
    """Labels drawn anew from the known ones of the same task; copies stay copies."""
    permuted = labels.copy()
    for task, key in enumerate(keys):
        known: Int[np.ndarray, " row"] = np.flatnonzero(~np.isnan(labels[:, task]))
        rng = np.random.default_rng([*seed, key])
        permuted[known, task] = rng.permutation(labels[known, task])
    return permuted
