"""Halves of the patients, drawn again and again."""

from typing import Any

import numpy as np
from jaxtyping import Int

from core.landscape.rows.pieces import Rows

MAX_ROWS = 8000
"""Rows at hand that the probes of halves are searched on, about (ours)."""
FEWEST_BLOCKS = 4
"""Of fewer there are no halves to speak of."""


def draw_halves(
    block: Int[np.ndarray, " piece"], n_halves: int, seed: int
) -> list[Int[np.ndarray, " block"]]:
    """The blocks of every half, without replacement.

    A statistic varies over such halves as over new patients (the delete-half jackknife of Shao & Wu
    1989). Rows drawn twice, as a bootstrap has them, would let the probes fit chance.
    """
    present, rng = np.unique(block), np.random.default_rng([seed, n_halves])
    return [rng.permutation(present)[: len(present) // 2] for _ in range(n_halves)]


def rows_of(rows: Rows, kept: Int[np.ndarray, " block"]) -> Rows:
    """The rows of some blocks, as one block."""
    pieces = np.flatnonzero(np.isin(rows.block, kept))

    def of(values: Any) -> Any:
        shape = (len(pieces) * rows.piece, *values.shape[1:])
        return values.reshape(-1, rows.piece, *values.shape[1:])[pieces].reshape(shape)

    x, value, known, real = map(of, (rows.x, rows.value, rows.known, rows.real))
    block, weight = np.zeros(len(pieces), dtype=int), rows.weight[pieces]
    told = (of(rows.number), of(rows.patient), rows.complete)
    return Rows(x, value, known, real, rows.piece, block, weight, 1, *told)
