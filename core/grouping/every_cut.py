"""Every partition that average linkage reads from a matrix of similarities."""

import numpy as np
from jaxtyping import Float, Int

from core.grouping.cut import cut_trees


def cut_everywhere(
    similarity: Float[np.ndarray, "source target"],
) -> tuple[Int[np.ndarray, " task"], ...]:
    """Labels of the average-linkage tree cut into 2, 3, … T − 1 groups.

    A pair that shares no sample (NaN) counts as not alike; the two directions of a pair are
    averaged. Copies are never cut apart, so the last cuts may be equal.
    """
    n_tasks = len(similarity)
    known = np.nan_to_num(similarity, nan=0.0)
    even = np.clip((known + known.T) / 2, 0.0, 1.0)
    np.fill_diagonal(even, 1.0)
    return tuple(cut_trees(even[None], tuple(range(2, n_tasks)))[0]) if n_tasks > 2 else ()
