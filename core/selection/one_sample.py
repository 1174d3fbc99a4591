"""One sample of the landscape, looked at: its labels, its losses, and what is unusual about it.

found = describe_sample(landscape.points, point, table)

Values of one row: for the screen of whoever holds the data, never for a file or an address.
"""

from dataclasses import dataclass

import numpy as np

from core.frozen import Frozen
from core.moments import Moments
from core.values import Points, Split, TaskTable

MOST_UNUSUAL = 5
_JUDGED = 20_000
"""Most training rows that a feature's mean and spread are taken from."""


@dataclass(frozen=True, eq=False)
class OnTask(Frozen):
    """What one task says of the sample: its label, and its loss at the common start, NaN where the
    landscape kept no point of it."""

    task: int
    label: float
    loss: float


@dataclass(frozen=True, eq=False)
class Unusual(Frozen):
    """A feature of the sample; `score` is how many standard deviations it is from the mean."""

    column: str
    value: float
    score: float


@dataclass(frozen=True, eq=False)
class OneSample(Frozen):
    """The sample of a point. `here` is the point's own task, `elsewhere` the other tasks that are
    known of it, largest loss first; `unusual` the features furthest from the mean."""

    sample: int
    here: OnTask
    elsewhere: tuple[OnTask, ...]
    unusual: tuple[Unusual, ...]


def describe_sample(points: Points, point: int, table: TaskTable | None = None) -> OneSample:
    """What there is to say of the sample that a point belongs to.

    Args:
        points: of the landscape.
        point: the number of the point.
        table: that the landscape was measured on; None where its features are not at hand.
    """
    sample, here = int(points.sample[point]), _on_task(points, point)
    same = np.flatnonzero(points.sample == sample)
    known = {} if table is None else _labelled(table, sample)
    known |= {int(points.task[one]): _on_task(points, int(one)) for one in same}
    known.pop(here.task)
    elsewhere = sorted(known.values(), key=lambda one: -np.nan_to_num(one.loss, nan=-np.inf))
    unusual = _unusual(table, sample) if table is not None else ()
    return OneSample(sample, here, tuple(elsewhere), unusual)


def _labelled(table: TaskTable, sample: int) -> dict[int, OnTask]:
    labels = table.labels[sample]
    return {
        int(task): OnTask(int(task), float(labels[task]), float("nan"))
        for task in np.flatnonzero(~np.isnan(labels))
    }


def _on_task(points: Points, point: int) -> OnTask:
    return OnTask(int(points.task[point]), float(points.label[point]), float(points.loss[point]))


def _unusual(table: TaskTable, sample: int) -> tuple[Unusual, ...]:
    """The features furthest from their mean over the training rows, in standard deviations."""
    rows = table.rows(Split.TRAIN)
    rows = rows[:: -(-len(rows) // _JUDGED) or 1]
    moments = Moments(len(table.feature_names))
    moments.add(table.features[rows])
    with np.errstate(divide="ignore", invalid="ignore"):
        score = (table.features[sample] / moments.unit - moments.mean) / moments.spread
    known = np.flatnonzero(np.isfinite(score))
    first = known[np.argsort(-np.abs(score[known]), kind="stable")][:MOST_UNUSUAL]
    return tuple(
        Unusual(table.feature_names[k], float(table.features[sample, k]), float(score[k]))
        for k in first
    )
