"""Tables like a given one whose tasks have nothing to do with each other.

The labels of every task are permuted among its own labelled training rows, which keeps its base
rate, its kind and where its labels are missing, and takes away every relation to the other tasks
and to the features.

Tasks with their own samples are compared by the law of their displacements, and tasks whose labels
are chance have one law: they would look alike, not unrelated. There every task keeps its labels
and what they have to do with its features, but its features change places and signs, so that what
one task needs tells nothing of what another needs (ours). Pixels and steps do so too: what is
left of an image are its values.
"""

from collections.abc import Callable
from dataclasses import replace
from hashlib import blake2b

import numpy as np
from jaxtyping import Float, Int

from core.convolutions import CONVOLUTIONS
from core.inputs import apply_scale, fit_scale
from core.values import Split, TaskTable

MAX_ROWS = 5000
"""Rows that are permuted at most; fewer rows make what is found noisier, so a claim against it is
harder to make."""


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


def unrelate(
    table: TaskTable, own_samples: bool, trunk: str, seed: int
) -> Callable[[int], TaskTable]:
    """Makes unrelated tables by their number, always the same ones.

    They belong to the labels of a task, not to its place, so the order of the columns does not
    matter and copies stay copies.

    Args:
        table: of training rows alone.
        own_samples: whether every task has samples of its own.
        trunk: that will look at them; a convolution looks at where the features stand.
        seed: of all.
    """
    keys = label_keys(table.labels)
    if own_samples:
        inputs = _inputs(table, trunk)
        return lambda number: _scramble(inputs, keys, [seed, number])
    return lambda number: replace(table, labels=permute_labels(table.labels, keys, [seed, number]))


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
