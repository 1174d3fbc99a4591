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
    weight: Float[np.ndarray, " sample"],
    stratum: Int[np.ndarray, " sample"],
    patient: Int[np.ndarray, " sample"],
    n_pairs: Float[np.ndarray, "stratum stratum"],
) -> Float[np.ndarray, "sample sample"]:
    """How many pairs of samples of different patients every two of those drawn stand for: those of
    one patient look alike, and none is a pair."""
    of_two = np.not_equal.outer(patient, patient)
    worth = np.outer(weight, weight) * of_two
    member = np.equal.outer(np.arange(len(n_pairs)), stratum).astype(float)
    drawn = member @ worth @ member.T
    share = np.divide(n_pairs, drawn, out=np.zeros_like(drawn), where=drawn > 0)
    return np.asarray(worth * share[np.ix_(stratum, stratum)])


def count_strata_pairs(
    tasks: Sequence[Task],
    labels: Float[np.ndarray, "row task"],
    standing: Float[np.ndarray, " row"],
    patient: Int[np.ndarray, " row"],
) -> Float[np.ndarray, "stratum stratum"]:
    """Pairs of labelled rows of different patients between every two strata, as `number_strata`
    numbers them; `standing` is how many each row at hand stands for, of as many patients."""
    from scipy.sparse import csr_matrix

    strata = [part for k, task in enumerate(tasks) for part in strata_of(task, labels[:, k])]
    row = np.concatenate([np.zeros(0, dtype=int), *strata])
    stratum = np.repeat(np.arange(len(strata)), [len(part) for part in strata])
    whose = np.unique(patient, return_inverse=True)[1]
    size = np.bincount(stratum, standing[row], minlength=len(strata))
    shape = (len(strata), int(whose.max(initial=0)) + 1)
    of_patient = csr_matrix((np.sqrt(standing[row]), (stratum, whose[row])), shape=shape)
    of_one = (of_patient @ of_patient.T).toarray()
    found: np.ndarray = np.maximum(np.outer(size, size) - of_one, 0.0)
    return found
