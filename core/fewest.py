"""How many patients there must be before anything about them is told, and what else may be told."""

import numpy as np
from jaxtyping import Float, Int

FEWEST_SHOWN = 11
"""Of fewer a count, a mean or a time may tell somebody apart."""


def is_of_few(values: Float[np.ndarray, " row"], patient: Int[np.ndarray, " row"]) -> bool:
    """Whether fewer than 11 patients have another value than most have; NaN is no value.

    The mean of such values, and how many there are, would tell the others. A value that most rows
    have is their median.
    """
    known = ~np.isnan(values)
    seen, whose = values[known], patient[known]
    if not len(seen):
        return True
    usual = np.partition(seen, len(seen) // 2)[len(seen) // 2]
    return len(np.unique(whose[seen != usual])) < FEWEST_SHOWN


def roughly(mean: float, spread: float) -> tuple[float, float]:
    """The multiple next to a mean of the power of two up to a spread, and that power."""
    rough = float(np.ldexp(0.5, np.frexp(spread)[1]))
    return float(np.round(mean / rough)) * rough, rough
