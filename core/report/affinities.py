"""The part of report.json that compares tasks in pairs."""

from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Bool

from core.report.plain import plain
from core.report.sizes import few_classes, few_pairs
from core.values import Affinity, Report

SHARED = "shared"
FROM_LABELS = {"label_agreement": None, "cosine": SHARED, "sign": SHARED}
"""Measures that are a function of how many records have both labels of a pair → the heads with
which they are. With the counts of events they would tell how many have both."""


def shown_affinities(report: Report) -> tuple[Affinity, ...]:
    """The affinities with NaN where one would tell of 1 to 10 patients."""
    hidden = _small_pairs(report)
    heads = report.provenance.get("plan", {}).get("landscape", {}).get("heads")
    return tuple(
        _without(affinity, hidden) if _tells_counts(affinity.measure, heads) else affinity
        for affinity in report.affinities
    )


def to_affinity_document(affinity: Affinity) -> dict[str, Any]:
    """One affinity, JSON-ready; NaN becomes null."""
    return {
        "measure": affinity.measure,
        "is_distance": affinity.is_distance,
        "values": plain(affinity.values),
        "low": plain(affinity.low),
        "high": plain(affinity.high),
        "similarity": plain(affinity.similarity),
        "unknown": [
            {"reason": gap.reason, "pairs": np.argwhere(gap.where).tolist()}
            for gap in affinity.gaps
        ],
    }


def _tells_counts(measure: str, heads: str | None) -> bool:
    return measure in FROM_LABELS and FROM_LABELS[measure] in (None, heads)


def _small_pairs(report: Report) -> Bool[np.ndarray, "source target"]:
    """Pairs of tasks with classes whose labels meet in training records of 1 to 10 patients."""
    n_tasks = len(report.tasks)
    if report.summary is None:
        return np.zeros((n_tasks, n_tasks), dtype=bool)
    small = np.any(few_pairs(report.summary), axis=(2, 3))
    small = small | few_classes(report.summary, report.tasks)
    return np.asarray(small & ~np.eye(n_tasks, dtype=bool))


def _without(affinity: Affinity, hidden: Bool[np.ndarray, "source target"]) -> Affinity:
    kept: dict[str, Any] = {
        name: np.where(hidden, np.nan, getattr(affinity, name))
        for name in ("values", "low", "high", "similarity")
    }
    return replace(affinity, **kept)
