"""How far two tasks are from having nothing to do with each other."""

import numpy as np
from jaxtyping import Float

from core.values import Affinity, Null


def relate(affinity: Affinity, null: Null) -> Float[np.ndarray, "source target"]:
    """0 for a pair as alike as independent tasks, 1 for a pair that is the same task (ours).

    1 − a / a₀ of a distance a and (a − a₀) / (1 − a₀) of a similarity in [0, 1], where a₀ is the
    mean over the permutations of the null; below 0 for tasks further apart than independent ones,
    NaN where no row is shared. For SCA with one shared head it is close to Cohen's κ of the labels.
    """
    values = affinity.values if affinity.is_distance else affinity.similarity
    by_chance = null.values if affinity.is_distance else null.similarity
    known = np.isfinite(by_chance)
    total = np.where(known, by_chance, 0.0).sum(axis=0)
    count = known.sum(axis=0)
    expected = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    reach = expected if affinity.is_distance else 1 - expected
    way = expected - values if affinity.is_distance else values - expected
    same = np.isfinite(way) & (np.abs(reach) < 1e-12)  # copies in every permutation
    return np.where(
        same, 1.0, np.divide(way, reach, out=np.full(way.shape, np.nan), where=reach != 0)
    )
