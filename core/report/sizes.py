"""How many patients have a label of each task, and what of that may be told.

A reader also knows how many patients there are in each split, so the patients without a label
follow from those with one; and where every patient has a label of one task only, the patients of a
task follow from those of all others. Both are tables of their own, whose small cells are protected
first; then the events of each task are.
"""

import numpy as np
from jaxtyping import Bool, Int

from core.report.suppression import Margins, State, is_small, suppress
from core.summary import Summary
from core.values import Kind, Task

EVENTS, OTHERS, KNOWN = range(3)
"""The rows of the counts of a task: patients with the event, others with a label, both."""


def told_sizes(summary: Summary | None, tasks: tuple[Task, ...]) -> tuple[Margins, ...]:
    """The protected counts of every task: a column a split, then the total.

    Without a summary all that is known of a task is its number of samples and their mean.
    """
    if summary is None:
        return tuple(suppress(_of_samples(task)) for task in tasks)
    hidden, unsaid = _hidden(summary), State.SMALL if _shares_none(summary) else State.SHOWN
    return tuple(_told(*one, unsaid) for one in zip(summary.labels, hidden, strict=True))


def patients_by_split(summary: Summary) -> Int[np.ndarray, " split"] | None:
    """Patients in each split; None in a summary of an earlier version, unless each has a record."""
    if len(summary.patients):
        return summary.patients
    return summary.splits if summary.n_patients == summary.n_records else None


def n_with_a_label(summary: Summary) -> int:
    """Patients with a label for any task."""
    return int(summary.used[0]) if len(summary.used) else summary.n_used


def few_pairs(summary: Summary) -> Bool[np.ndarray, "source target 2 2"]:
    """Which pairs of labels of two binary tasks meet in records of 1 to 10 patients."""
    if len(summary.few_pairs):
        return summary.few_pairs
    return np.asarray(is_small(summary.pairs))  # of an earlier version


def few_classes(summary: Summary, tasks: tuple[Task, ...]) -> Bool[np.ndarray, "source target"]:
    """Which pairs of tasks, one at least of several classes, have labels that meet in records of 1
    to 10 patients; all such pairs in a summary of an earlier version."""
    if len(summary.few_classes):
        return summary.few_classes
    has_many = np.array([task.kind is Kind.MULTICLASS for task in tasks])
    return np.asarray(has_many[:, None] | has_many)


def few_means(summary: Summary | None, tasks: tuple[Task, ...]) -> Bool[np.ndarray, " task"]:
    """Which means of numbers must not be told: those of all numbers in a summary of an earlier
    version; none without a summary, as then nobody's rows are at hand."""
    if summary is None:
        return np.zeros(len(tasks), dtype=bool)
    if len(summary.few_means):
        return summary.few_means
    return np.array([task.kind is Kind.REGRESSION for task in tasks])


def _of_samples(task: Task) -> Int[np.ndarray, "2 1"]:
    has_events = task.kind in (Kind.BINARY, Kind.TIME_TO_EVENT) and np.isfinite(task.mean)
    n_events = round(task.mean * task.n_labelled) if has_events else 0
    return np.array([[n_events], [task.n_labelled - n_events]])


def _told(
    cells: Int[np.ndarray, "split 2"], hidden: Bool[np.ndarray, " place"], unsaid: State
) -> Margins:
    """The counts of one task, hidden where the patients without a label would follow; `unsaid` is
    the most that is told there otherwise and must not be."""
    margins = suppress(cells.T, keeps_last_row=True)
    states = margins.states.copy()
    for row in (OTHERS, KNOWN):
        states[row, hidden & (states[row] <= unsaid)] = State.HIDDEN
    without = states[OTHERS, :-1] != State.SHOWN
    if states[OTHERS, -1] == State.SHOWN and not margins.values[OTHERS, :-1][without].any():
        states[EVENTS, :-1][without] = State.HIDDEN  # as all others are 0, they are those known
    return Margins(margins.values, states)


def _shares_none(summary: Summary) -> bool:
    """Whether every patient has a label of one task only: where all tasks of a split are small,
    "≤ 10" would tell too much, as they add up to its patients."""
    n_known = summary.labels.sum()
    return len(summary.labels) > 1 and bool(n_known == n_with_a_label(summary))


def _hidden(summary: Summary) -> Bool[np.ndarray, "task place"]:
    """Whose number of patients with a label must not be told, and where."""
    known, patients = summary.labels.sum(axis=2), patients_by_split(summary)
    if patients is None:
        return np.ones((len(known), len(summary.splits) + 1), dtype=bool)
    if _shares_none(summary):
        rest = np.maximum(patients - known.sum(axis=0), 0)
        states = suppress(np.vstack([known, rest]), keeps_last_row=True).states[: len(known)]
    else:
        missing = np.maximum(patients - known, 0)
        pairs = zip(known, missing, strict=True)
        states = np.stack([suppress(np.stack(one), keeps_last_row=True).states[0] for one in pairs])
    return np.asarray(states != State.SHOWN)
