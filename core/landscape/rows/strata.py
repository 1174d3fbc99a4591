"""A fair draw: every task, and within it every label, gets an equal share while it lasts."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from core.values import Kind, Task


def share_out(sizes: Int[np.ndarray, " stratum"], budget: int) -> Int[np.ndarray, " stratum"]:
    """How many to draw from strata of these sizes: equal shares, what one lacks goes to others."""
    quota = np.zeros(len(sizes), dtype=int)
    left = min(int(budget), int(sizes.sum()))
    while left > 0:
        open_ = np.flatnonzero(quota < sizes)
        each, rest = divmod(left, len(open_))
        step = np.minimum(sizes[open_] - quota[open_], each)
        if each == 0:
            step = (np.arange(len(open_)) < rest).astype(int)
        quota[open_] += step
        left -= int(step.sum())
    return quota


def draw_pairs(
    tasks: Sequence[Task],
    labels: Float[np.ndarray, "row task"],
    max_points: int,
    seed: int,
) -> list[Int[np.ndarray, " row"]]:
    """The rows drawn for each task, ascending; at most `max_points` in all."""
    rng = np.random.default_rng(seed)
    strata = [strata_of(task, labels[:, place]) for place, task in enumerate(tasks)]
    quotas = share_out(np.array([sum(map(len, parts)) for parts in strata]), max_points)
    drawn = []
    for parts, quota in zip(strata, quotas, strict=True):
        shares = share_out(np.array([len(part) for part in parts], dtype=int), int(quota))
        chosen = [
            rng.choice(part, share, replace=False)
            for part, share in zip(parts, shares, strict=True)
        ]
        drawn.append(np.sort(np.concatenate(chosen)) if chosen else np.zeros(0, dtype=int))
    return drawn


def strata_of(task: Task, label: Float[np.ndarray, " row"]) -> list[Int[np.ndarray, " row"]]:
    """Labelled rows by class, or by quarter of the values of a regression or of signed times."""
    rows = np.flatnonzero(~np.isnan(label))
    if len(rows) == 0:
        return []
    code = label[rows]
    if task.kind in (Kind.REGRESSION, Kind.TIME_TO_EVENT):
        code = np.searchsorted(np.quantile(code, (0.25, 0.5, 0.75)), code)
    return [rows[code == value] for value in np.unique(code)]
