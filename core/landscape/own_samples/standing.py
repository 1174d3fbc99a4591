"""How many samples of a task, and how many pairs of them, the ones that were drawn stand for."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from core.landscape.rows.strata import strata_of
from core.values import Task


def sample_weights(
    labels: Float[np.ndarray, " row"],
    standing: Float[np.ndarray, " row"],
    drawn: Int[np.ndarray, " row"],
) -> Float[np.ndarray, " sample"]:
    """How many labelled rows of the table each drawn one stands for: those of its label, where
    labels repeat. `standing` is how many each row at hand stands for."""
    known = ~np.isnan(labels)
    code, place = np.unique(labels[known], return_inverse=True)
    if len(code) > known.sum() / 2:  # a regression: its quarters are drawn alike
        return np.asarray(standing[drawn] * (known.sum() / max(len(drawn), 1)))
    size = np.bincount(place, standing[known], minlength=len(code))
    own = np.searchsorted(code, labels[drawn])
    return np.asarray((size / np.maximum(np.bincount(own, minlength=len(code)), 1))[own])


def number_strata(
    tasks: Sequence[Task],
    labels: Float[np.ndarray, "row task"],
    drawn: Sequence[Int[np.ndarray, " row"]],
) -> Int[np.ndarray, " sample"]:
    """The stratum that every sample was drawn from; no two tasks share a number."""
    found, n_before = [], 0
    for place, (task, part) in enumerate(zip(tasks, drawn, strict=True)):
        strata = strata_of(task, labels[:, place])
        number = np.zeros(len(labels), dtype=int)
        for stratum, rows in enumerate(strata):
            number[rows] = n_before + stratum
        found.append(number[part])
        n_before += len(strata)
    return np.concatenate(found)


def pair_weights(
    weight: Float[np.ndarray, " sample"], stratum: Int[np.ndarray, " sample"]
) -> Float[np.ndarray, "sample sample"]:
    """How many pairs of different samples every two of those drawn stand for: N (N − 1) within a
    stratum of N, though a sample that is drawn never meets itself."""
    same = np.equal.outer(stratum, stratum)
    drawn, size = same.sum(axis=1), same @ weight
    apart = np.divide(drawn, drawn - 1, out=np.ones(len(drawn)), where=drawn > 1)
    share = np.where(same, apart * np.maximum(1 - 1 / size, 0.0), 1.0)
    return np.asarray(np.outer(weight, weight) * share * (1 - np.eye(len(drawn))))
