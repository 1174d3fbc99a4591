"""What the components slider looks up; nothing here fits anything."""

import numpy as np

from core.grouping import match_labels
from core.values import Grouping, Report

MIXTURE = "mixture"


def mixture_choices(report: Report) -> dict[tuple[str, int], Grouping]:
    """Every mixture of a run by covariance and number of components."""
    return {
        (grouping.covariance, grouping.n_components): grouping
        for grouping in report.groupings
        if grouping.method == MIXTURE
    }


def steady_labels(report: Report, covariance: str) -> dict[int, np.ndarray]:
    """Labels for every number of components, numbered so that a group keeps its colour.

    The recommended grouping keeps its own numbers; from there each step up or down is matched
    to its neighbour, so the colours do not depend on how the visitor got there.
    """
    choices = {n: found for (kind, n), found in mixture_choices(report).items() if kind == covariance}
    best = report.recommended.grouping
    sizes = sorted(choices)
    start = min(sizes, key=lambda n: abs(n - best.n_groups))
    labels = {start: match_labels(best.labels, choices[start].labels)}
    for step in (1, -1):
        place = sizes.index(start)
        while 0 <= place + step < len(sizes):
            last, place = sizes[place], place + step
            labels[sizes[place]] = match_labels(labels[last], choices[sizes[place]].labels)
    return labels
