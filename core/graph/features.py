"""What a task looks like to an encoder: its standardised row of similarities."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int


class Scale(NamedTuple):
    """Mean and standard deviation of the off-diagonal similarities of the point estimate."""

    mean: float
    spread: float


FLAT = 1e-6
"""Similarities that vary less than this are all the same (ours)."""


def scale_of(similarity: Float[np.ndarray, "source target"]) -> Scale:
    """The scale by which the point estimate and all replicates are standardised alike."""
    others = similarity[~np.eye(len(similarity), dtype=bool)]
    if others.size == 0:
        return Scale(0.0, 0.0)
    return Scale(float(others.mean()), float(others.std()))


def standardised_rows(
    similarity: Float[np.ndarray, "*stack source target"], scale: Scale
) -> Float[np.ndarray, "*stack source target"]:
    """Node features: rows of S, standardised by the off-diagonal of the point estimate.

    The diagonal takes the task's strongest similarity to another task (ours): 1 would be an
    outlier in every row, and this way two copies of one task have the same features.
    """
    diagonal = np.eye(similarity.shape[-1], dtype=bool)
    others = np.where(diagonal, -np.inf, similarity)
    strongest = others.max(axis=-1, keepdims=True, initial=0.0)
    rows = np.where(diagonal, strongest, similarity)
    spread = scale.spread if scale.spread > FLAT else 1.0
    return np.asarray((rows - scale.mean) / spread)


def canonical_order(similarity: Float[np.ndarray, "source target"]) -> Int[np.ndarray, " task"]:
    """An order of the tasks made from their similarities alone (ours): random draws made in it do
    not depend on how the columns of a table happen to be sorted."""
    sorted_rows = np.sort(similarity, axis=1)  # summing in sorted order gives the same last bit
    return np.argsort(sorted_rows.sum(axis=1), kind="stable")
