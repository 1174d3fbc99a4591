"""The measured gains as the surrogate sees them: places of a table, each task in its own units."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from core.evidence.search.kernel import Places
from core.evidence.search.measured import Group, Measured, membership

_MOST_PLACES = 4000
"""Gains that a surrogate looks at: a covariance of 128 MB, a few of them at a time (ours)."""


@dataclass(frozen=True)
class Observed:
    """The measured gains of groups of `Measured.fewest` tasks or more, in scaled units."""

    places: Places
    values: Float[np.ndarray, " place"]
    noise: Float[np.ndarray, " place"]
    """Variance of the measuring, 0 where unknown."""
    number: Int[np.ndarray, " place"]
    """Which group a place belongs to."""
    scale: Float[np.ndarray, " task"]


def observe(measured: Measured, affinity: Float[np.ndarray, "task partner"]) -> Observed:
    """The defined gains of all groups of `Measured.fewest` tasks or more, each task in units of its
    own spread.

    Of very many gains every task keeps some, spread evenly over its groups: memory grows with the
    square of their number and time with its cube.
    """
    rows = _full_size(measured)
    member = membership([measured.groups[row] for row in rows], len(measured.task_names))
    gains, errors = measured.gains[rows], measured.errors[rows]
    scale = _spread(gains)
    at = np.nonzero(_thinned(np.isfinite(gains)))
    noise = np.nan_to_num(errors[at] / scale[at[1]]) ** 2
    places = make_places(member, at[0], at[1], affinity)
    return Observed(places, gains[at] / scale[at[1]], noise, at[0], scale)


def make_places(
    member: np.ndarray,
    row: Int[np.ndarray, " place"],
    task: Int[np.ndarray, " place"],
    affinity: Float[np.ndarray, "task partner"],
) -> Places:
    """The places (row, task) of a membership table."""
    group = member[row].astype(float)
    partners = group.copy()
    partners[np.arange(len(task)), task] = 0
    prior = (partners * affinity[task]).sum(axis=1) / np.maximum(partners.sum(axis=1), 1)
    return Places(task, partners, group, prior)


def standardise(affinity: Float[np.ndarray, "task partner"]) -> Float[np.ndarray, "task partner"]:
    """Affinities off the diagonal at mean 0 and spread 1; 0 where undefined or all equal."""
    off = ~np.eye(len(affinity), dtype=bool) & np.isfinite(affinity)
    if not off.any() or np.ptp(affinity[off]) == 0:
        return np.zeros(affinity.shape)
    return np.asarray(np.where(off, (affinity - affinity[off].mean()) / affinity[off].std(), 0.0))


def _thinned(known: Bool[np.ndarray, "group task"]) -> Bool[np.ndarray, "group task"]:
    """At most `_MOST_PLACES` of what is known, every task the same share of its own."""
    share = _MOST_PLACES / max(int(known.sum()), 1)
    if share >= 1:
        return known
    number = np.cumsum(known, axis=0) * share
    return known & (np.floor(number) > np.floor(number - share))


def _full_size(measured: Measured) -> list[int]:
    """Rows of groups of `Measured.fewest` tasks or more; of one at several costs the dearest."""
    dearest: dict[Group, int] = {}
    for row in np.argsort(measured.costs, kind="stable"):
        if len(measured.groups[row]) >= measured.fewest:
            dearest[measured.groups[row]] = int(row)
    return sorted(dearest.values())


_SHRINK = 4.0
"""Weight of all tasks' common spread beside a task's own, in observations (ours)."""


def _spread(gains: Float[np.ndarray, "group task"]) -> Float[np.ndarray, " task"]:
    """Root mean square gain of each task, drawn towards that of all tasks; 1 where all is 0."""
    count = np.isfinite(gains).sum(axis=0)
    square = np.nansum(gains**2, axis=0)
    common = square.sum() / max(count.sum(), 1)
    spread = np.sqrt((square + _SHRINK * common) / (count + _SHRINK))
    return np.asarray(np.where(spread > 0, spread, 1.0))
