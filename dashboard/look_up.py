"""What the components slider looks up; nothing here fits anything."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from core.grouping import match_labels, rank_groupings
from core.values import Grouping, Report

FIXED = ("alone", "together")
"""Groupings without a number of groups to choose."""

MOST_STEPS = 10
"""Numbers of groups that can be read beside each other (ours)."""


def ways_to_group(report: Report) -> dict[str, dict[int, Grouping]]:
    """Every grouping of a run by its way (a covariance of the mixture, or another method) and by
    the number of groups asked for; the recommended one too where only training found it. Whatever
    the way, as many groups as there are tasks are each task alone."""
    found: dict[str, dict[int, Grouping]] = {}
    for grouping in (*report.groupings, report.recommended.grouping):
        if grouping.method not in FIXED:
            way = found.setdefault(way_of(grouping), {})
            way[grouping.n_components] = grouping
    alone = [grouping for grouping in report.groupings if grouping.method == "alone"]
    for choices in found.values():
        if len(choices) > 1:
            choices |= {grouping.n_components: grouping for grouping in alone}
    return found


def way_of(grouping: Grouping) -> str:
    """The name of the way a grouping was made."""
    return grouping.covariance or grouping.method


def best_groups(report: Report) -> Grouping:
    """The recommended groups; where the advice is against grouping, the best-ranked groups, which
    give the page its way to group and groups their colours."""
    best, n_tasks = report.recommended.grouping, len(report.tasks)
    ranked = [best, *rank_groupings(report.groupings)]
    open_to_choice = [grouping for grouping in ranked if grouping.method not in FIXED]
    proper = (grouping for grouping in open_to_choice if 1 < grouping.n_groups < n_tasks)
    return next(proper, open_to_choice[0])


def first_size(report: Report) -> int:
    """The number of groups that the page opens on: what is recommended, be it one or each alone."""
    return report.recommended.grouping.n_components


def steady_labels(report: Report, choices: dict[int, Grouping]) -> dict[int, np.ndarray]:
    """The labels of each grouping, numbered so that a group keeps its colour and letter.

    The best groups keep their own numbers; from there each step up or down is matched to its
    neighbour, so the colours do not depend on how the visitor got there.
    """
    first, sizes = best_groups(report), sorted(choices)
    start = min(range(len(sizes)), key=lambda place: abs(sizes[place] - first.n_groups))
    labels = {sizes[start]: match_labels(first.labels, choices[sizes[start]].labels)}
    for walk in (range(start + 1, len(sizes)), range(start - 1, -1, -1)):
        last = labels[sizes[start]]
        for place in walk:
            last = match_labels(last, choices[sizes[place]].labels)
            labels[sizes[place]] = last
    return labels


@dataclass(frozen=True)
class Shown:
    """The grouping on show: its way and size, and all sizes of that way."""

    way: str
    n_components: int
    choices: dict[int, Grouping]
    steady: dict[int, Int[np.ndarray, " task"]]
    """The groups of every size, numbered so that they keep their colours."""

    @property
    def grouping(self) -> Grouping:
        """The one on show."""
        return self.choices[self.n_components]

    @property
    def labels(self) -> Int[np.ndarray, " task"]:
        """Its groups."""
        return self.steady[self.n_components]

    @property
    def is_alone(self) -> bool:
        """Whether no two tasks are together, so that there is nothing to draw of groups."""
        return self.grouping.n_groups == len(self.labels)

    def steps(self) -> dict[int, Int[np.ndarray, " task"]]:
        """The groups of sizes around the one on show, fewest first, as many as fit side by side;
        each alone is none of them, as every group ends there."""
        sizes = [size for size, one in sorted(self.choices.items()) if one.method != "alone"]
        below = sum(size < self.n_components for size in sizes)
        first = max(0, min(below - MOST_STEPS // 2, len(sizes) - MOST_STEPS))
        return {size: self.steady[size] for size in sizes[first : first + MOST_STEPS]}


def look_up(report: Report, way: str, n_components: int) -> Shown:
    """The grouping that a way and a number of groups stand for, or the nearest number there is;
    the recommendation where they are empty or of another run."""
    ways = ways_to_group(report)
    way = way if way in ways else way_of(best_groups(report))
    asked = n_components or first_size(report)
    size = min(sorted(ways[way]), key=lambda size: abs(size - asked))
    return Shown(way, size, ways[way], steady_labels(report, ways[way]))


def same_partition(one: Grouping, other: Grouping) -> bool:
    """Whether two groupings put the same tasks together, whatever the numbers of their groups."""
    return bool((match_labels(other.labels, one.labels) == other.labels).all())
