"""Which rows are summed together: blocks of whole patients, which the bootstrap then re-weights."""

import numpy as np
from jaxtyping import Int


def assign_blocks(
    patient: Int[np.ndarray, " row"], n_blocks: int, seed: int
) -> Int[np.ndarray, " row"]:
    """The block of every row, numbered 0, 1, … without gaps.

    Patients are shuffled and cut into `n_blocks` runs of about as many rows; with fewer patients
    than that every patient is a block.
    """
    if len(patient) == 0:
        return np.zeros(0, dtype=int)
    _, number, size = np.unique(patient, return_inverse=True, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(size))
    start = np.empty(len(size), dtype=int)
    start[order] = np.cumsum(size[order]) - size[order]
    block = start if len(size) <= n_blocks else start * n_blocks // len(patient)
    return np.unique(block[number], return_inverse=True)[1].astype(int)
