"""The part of report.json that says what holds each recommended group together."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from core.report.driven import to_group_drivers
from core.report.plain import plain
from core.report.sizes import few_pairs
from core.report.suppression import Margins
from core.summary import Summary
from core.values import Report

MOST_FEATURES = 5
SAME_WAY = 0.8
"""Share of the pulls above chance from which a group counts as pulling one way (ours)."""


def to_why_document(
    report: Report, similarity: Float[np.ndarray, "source target"], sizes: Sequence[Margins]
) -> list[dict[str, Any]]:
    """One entry a recommended group, aggregates only; what is not known is null.

    `inside` and `outside` are the mean similarity of its tasks to each other and to all others;
    `features` are the columns that at least half of its tasks pull on more than chance explains,
    the strongest first, `strength` their mean correlation with those; `together` is how much more
    often two of its events meet in a record than if they were unrelated. `core.report.driven` tells
    of patients and columns.

    Args:
        report: with the grouping and the summary of its data.
        similarity: of its main affinity, NaN where it must not be told.
        sizes: the protected counts of its tasks, `core.report.sizes`.
    """
    labels = report.recommended.grouping.labels
    return [
        _group(report, similarity, np.flatnonzero(labels == number))
        | to_group_drivers(report, place, sizes)
        for place, number in enumerate(np.unique(labels).tolist())
    ]


def _group(
    report: Report,
    similarity: Float[np.ndarray, "source target"],
    members: Int[np.ndarray, " member"],
) -> dict[str, Any]:
    others = np.setdiff1d(np.arange(len(report.tasks)), members)
    inside = similarity[np.ix_(members, members)][np.triu_indices(len(members), 1)]
    share = report.recommended.grouping.co_assignment[np.ix_(members, members)]
    return {
        "tasks": [report.task_names[task] for task in members],
        "inside": _mean(inside),
        "outside": _mean(similarity[np.ix_(members, others)].ravel()),
        "stayed_together": _mean(share[np.triu_indices(len(members), 1)]),
        "chance": plain(round(report.summary.chance, 4)) if report.summary else None,
        "features": _features(report.summary, members),
        "together": _meetings(report.summary, members),
    }


def _features(summary: Summary | None, members: Int[np.ndarray, " member"]) -> Sequence[Any]:
    if summary is None or not summary.feature_names or math.isnan(summary.chance):
        return []
    pull = summary.pull[members]
    strong = np.abs(np.where(np.isnan(pull), 0.0, pull)) > summary.chance
    n_tasks = strong.sum(axis=0)
    strength = np.where(strong, np.abs(pull), 0.0).sum(axis=0) / len(members)
    order = np.argsort(-strength, kind="stable")
    told = np.where(n_tasks > 0, strength * len(members) / np.maximum(n_tasks, 1), 0.0)
    shared = [place for place in order if n_tasks[place] >= max(1, len(members) / 2)]
    return [
        {
            "name": summary.feature_names[place],
            "n_tasks": int(n_tasks[place]),
            "strength": round(float(told[place]), 2),
            "is_flag": bool(summary.is_flag[place]),
            "direction": _direction(pull[strong[:, place], place]),
        }
        for place in shared[:MOST_FEATURES]
    ]


def _direction(pulls: Float[np.ndarray, " task"]) -> str:
    """Whether more of the feature goes with more or with less of the tasks."""
    share = float((pulls > 0).mean())
    if share >= SAME_WAY:
        return "more"
    return "less" if share <= 1 - SAME_WAY else "mixed"


def _meetings(summary: Summary | None, members: Int[np.ndarray, " member"]) -> float | None:
    """Pairs of events in one record, over all pairs of tasks, as a multiple of what unrelated
    tasks would have; None where there are too few to tell, or none of the pairs has enough
    patients."""
    if summary is None or len(members) < 2:
        return None
    row, column = np.triu_indices(len(members), 1)
    pair = members[row], members[column]
    tables, few = summary.pairs[pair], few_pairs(summary)[pair][:, 1, 1]
    known = ~np.isnan(tables).any(axis=(1, 2)) & (tables.sum(axis=(1, 2)) > 0)
    tables, few = tables[known], few[known]
    if not len(tables) or (few.any() and not (tables[~few, 1, 1] > 0).any()):
        return None
    unrelated = tables[:, 1].sum(axis=1) * tables[:, :, 1].sum(axis=1) / tables.sum(axis=(1, 2))
    expected = float(unrelated.sum())
    return round(float(tables[:, 1, 1].sum()) / expected, 1) if expected >= 1 else None


def _mean(values: Float[np.ndarray, " pair"]) -> float | None:
    known = values[~np.isnan(values)]
    return round(float(known.mean()), 4) if len(known) else None
