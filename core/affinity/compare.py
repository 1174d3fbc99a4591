"""Do two measures agree on which tasks are alike?"""

from collections.abc import Iterable

import numpy as np

from core.values import Affinity

ONLY_LABELS = 0.95
"""Rank correlation with label agreement past which a measure is nothing else (ours)."""


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


def explain_labels(affinity: Affinity, affinities: Iterable[Affinity]) -> tuple[str, ...]:
    """A note where a measure puts the pairs in the order that the labels alone give."""
    for labels in affinities:
        if labels.measure != "label_agreement" or affinity.measure == labels.measure:
            continue
        correlation = rank_correlation(affinity, labels)
        if correlation > ONLY_LABELS:
            return (
                "On these tasks this measure is label agreement by another name (rank correlation "
                f"of the pairs {correlation:.2f}): it tells nothing that the labels do not.",
            )
    return ()
