"""The order in which groupings are shown before any of them was trained."""

from collections.abc import Iterable
from math import isnan

import numpy as np

from core.values import Grouping

STABLE = 0.6
"""A grouping whose pairs stay together less often than this is not proposed (ours)."""
BAND = 0.1
"""Stabilities closer than this count as equal, and the silhouette decides (ours)."""


def stands_out(grouping: Grouping) -> bool:
    """Stable, and better separated than chance makes it; False where a silhouette is not defined.

    Nothing was run again on a matrix that somebody brought: there the separation alone decides.

    Measured on whole runs of the preset quick (800 rows, tasks without any relation, 12 and 40 of
    them, of one base rate, of two, or binary and regression in turn), where 5 % are allowed: none
    of 48 with sca was grouped, nor of 24 each with sca_relative and abs_cosine (12 tasks). Tasks
    that are all equally related have no groups either but are not independent: the silhouette of
    some grouping of 12 such tasks passed in 2 of 12 draws, of 40 in 5 of 12 (sca).
    """
    above = grouping.silhouette > grouping.silhouette_null and grouping.silhouette > 0
    return above and (isnan(grouping.stability) or grouping.stability >= STABLE)


def merit(grouping: Grouping) -> tuple[float, ...]:
    """What sorts groupings, larger is better: standing out, stability in bands, silhouette, BIC."""
    return (
        float(stands_out(grouping)),
        np.floor(_known(grouping.stability) / BAND + 1e-9),
        _known(grouping.silhouette),
        -_known(grouping.bic, np.inf),
    )


def rank_groupings(groupings: Iterable[Grouping]) -> tuple[Grouping, ...]:
    """Distinct partitions, best first; of equal partitions the one with the best scores stays."""
    best: dict[bytes, Grouping] = {}
    for grouping in groupings:
        key = grouping.labels.tobytes()
        if key not in best or merit(grouping) > merit(best[key]):
            best[key] = grouping
    return tuple(sorted(best.values(), key=merit, reverse=True))


def _known(score: float, otherwise: float = -1.0) -> float:
    return otherwise if isnan(score) else score
