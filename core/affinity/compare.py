"""Do two measures agree on which tasks are alike?"""

import numpy as np

from core.values import Affinity


def rank_correlation(first: Affinity, second: Affinity) -> float:
    """Spearman correlation of two measures' similarities over the pairs that both know.

    NaN when fewer than three pairs are known to both, or one of them never varies.
    """
    from scipy.stats import rankdata

    pairs = ~np.eye(len(first.task_names), dtype=bool)
    one, other = first.similarity[pairs], second.similarity[pairs]
    known = ~np.isnan(one) & ~np.isnan(other)
    if known.sum() < 3:
        return float("nan")
    ranks = np.stack([rankdata(one[known]), rankdata(other[known])])
    if (ranks.std(axis=1) == 0).any():
        return float("nan")
    return float(np.corrcoef(ranks)[0, 1])
