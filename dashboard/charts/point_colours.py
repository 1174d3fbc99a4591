"""By what the points of the landscape are coloured."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8

from core.values import Points
from dashboard.charts.legend import MOST_ENTRIES, Legend, group_legend, name_legend, scale_legend


@dataclass(frozen=True)
class PointColours:
    """The colour index of every point, and what the indices mean."""

    index: UInt8[np.ndarray, " shown"]
    legend: Legend


def colour_points(
    points: Points,
    shown: Int[np.ndarray, " shown"],
    labels: Int[np.ndarray, " task"],
    task_names: tuple[str, ...],
    colour_by: str,
    chosen: Bool[np.ndarray, " point"] | None = None,
) -> PointColours:
    """Colours of the shown points by `task`, `group`, `label`, `loss` or `selection`.

    Args:
        points: of the landscape.
        shown: which of them are on the map, in its order.
        labels: the group of each task.
        task_names: the tasks.
        colour_by: one of the five.
        chosen: one flag a point, for `selection`.
    """
    task = points.task[shown]
    if colour_by == "selection" and chosen is not None:
        is_in = chosen[shown]
        return PointColours((~is_in).astype(np.uint8), name_legend("selection", ["in", "others"]))
    if colour_by == "group":
        return _groups(labels[task], int(labels.max()) + 1)
    if colour_by == "label":
        scaled = _within_task(points.label, points.task)[shown]
        return PointColours(*scale_legend("label, lowest to highest of its task", scaled))
    if colour_by == "loss":
        return PointColours(*scale_legend("loss before training", points.loss[shown]))
    if colour_by != "task":
        raise ValueError(f"colour_by={colour_by!r}; choose task, group, label, loss, selection")
    return _tasks(task, task_names)


def _groups(group: Int[np.ndarray, " shown"], n_groups: int) -> PointColours:
    fits = min(n_groups, MOST_ENTRIES)
    return PointColours(np.minimum(group, fits - 1).astype(np.uint8), group_legend(fits))


def _tasks(task: Int[np.ndarray, " shown"], names: tuple[str, ...]) -> PointColours:
    if len(names) > MOST_ENTRIES:  # one byte a point: the last colour stands for the rest
        rest = f"{len(names) - MOST_ENTRIES + 1} other tasks"
        names = (*names[: MOST_ENTRIES - 1], rest)
    index = np.minimum(task, len(names) - 1).astype(np.uint8)
    return PointColours(index, name_legend("task", names))


def _within_task(
    label: Float[np.ndarray, " point"], task: Int[np.ndarray, " point"]
) -> Float[np.ndarray, " point"]:
    """Labels from 0 (the lowest of their task) to 1 (the highest), so that tasks compare."""
    n_tasks = int(task.max(initial=0)) + 1
    low, high = np.full(n_tasks, np.inf), np.full(n_tasks, -np.inf)
    np.fmin.at(low, task, label)
    np.fmax.at(high, task, label)
    width = np.where(high > low, high - low, 1.0)
    return np.asarray((label - low[task]) / width[task])
