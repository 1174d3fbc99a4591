"""The groupings that are put to the test: those of a report, and the user's own."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

import numpy as np

from core.errors import MethodError
from core.evidence import Candidate, Validation, to_partition
from core.evidence.partitions import Partition
from core.evidence.pins import broken_rule, keeps
from core.grouping import cut_everywhere, rank_groupings
from core.values import Affinity, Grouping, Report


def parse_grouping(groups: Sequence[Sequence[str]], task_names: tuple[str, ...]) -> Partition:
    """A grouping given by names.

    Raises:
        MethodError: a task is left out, repeated or unknown.
    """
    named = [name for group in groups for name in group]
    for name in named:
        if name not in task_names:
            raise MethodError(f"Unknown task {name!r}; the tasks are {', '.join(task_names)}.")
        if named.count(name) > 1:
            raise MethodError(f"Task {name!r} is in two groups; leave it in one.")
    if missing := [name for name in task_names if name not in named]:
        raise MethodError(f"Task {missing[0]!r} is in no group; add it to one or give it its own.")
    labels = np.empty(len(task_names), dtype=int)
    for number, group in enumerate(groups):
        labels[[task_names.index(name) for name in group]] = number
    return to_partition(labels)


def check_hand_made(
    settings: Validation,
    hand_made: Sequence[Sequence[Sequence[str]]],
    task_names: tuple[str, ...],
) -> None:
    """Raise MethodError where a grouping of the user's is none, or breaks the user's own rules."""
    rules = settings.rules(task_names)
    for groups in hand_made:
        own = Candidate("made by hand", parse_grouping(groups, task_names))
        if not keeps(rules, own):
            told = "; ".join(", ".join(group) for group in groups)
            raise MethodError(
                f"Your grouping {told!r} {broken_rule(rules, len(own.groups))}; change one of the "
                "two."
            )


def list_candidates(
    report: Report, hand_made: Sequence[Sequence[Sequence[str]]]
) -> tuple[Candidate, ...]:
    """Hand-made first, then what the run proposes, best first, then the trees of all measures."""
    names = report.task_names
    made = [Candidate("made by hand", parse_grouping(groups, names)) for groups in hand_made]
    proposed = [
        Candidate(_origin(grouping, report.affinity), to_partition(grouping.labels))
        for grouping in rank_groupings(report.groupings)
    ]
    trees = [list(_tree(affinity)) for affinity in report.affinities]
    level = (one for cut in zip_longest(*trees) for one in cut if one is not None)
    return (*made, *proposed, *level)


def _origin(grouping: Grouping, affinity: Affinity) -> str:
    kind = f" ({grouping.covariance})" if grouping.covariance else ""
    return f"{grouping.method.replace('_', ' ')}{kind} · {affinity.measure}"


def _tree(affinity: Affinity) -> Iterator[Candidate]:
    for labels in cut_everywhere(affinity.similarity):
        yield Candidate(f"average linkage · {affinity.measure}", to_partition(labels))
