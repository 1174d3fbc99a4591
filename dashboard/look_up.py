"""What the components slider looks up; nothing here fits anything."""

import numpy as np

from core.grouping import match_labels
from core.values import Grouping, Report

MIXTURE = "mixture"


def mixture_choices(report: Report) -> dict[str, dict[int, Grouping]]:
    """Every mixture of a run, by covariance and number of components."""
    found: dict[str, dict[int, Grouping]] = {}
    for grouping in report.groupings:
        if grouping.method == MIXTURE:
            found.setdefault(grouping.covariance, {})[grouping.n_components] = grouping
    return found


def steady_labels(report: Report, choices: dict[int, Grouping]) -> dict[int, np.ndarray]:
    """The labels of each grouping, numbered so that a group keeps its colour and letter.

    The recommended grouping keeps its own numbers; from there each step up or down is matched
    to its neighbour, so the colours do not depend on how the visitor got there.
    """
    best, sizes = report.recommended.grouping, sorted(choices)
    start = min(range(len(sizes)), key=lambda place: abs(sizes[place] - best.n_groups))
    labels = {sizes[start]: match_labels(best.labels, choices[sizes[start]].labels)}
    for walk in (range(start + 1, len(sizes)), range(start - 1, -1, -1)):
        last = labels[sizes[start]]
        for place in walk:
            last = match_labels(last, choices[sizes[place]].labels)
            labels[sizes[place]] = last
    return labels


def same_partition(one: Grouping, other: Grouping) -> bool:
    """Whether two groupings put the same tasks together, whatever the numbers of their groups."""
    return bool((match_labels(other.labels, one.labels) == other.labels).all())
