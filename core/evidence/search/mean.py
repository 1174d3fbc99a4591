"""The surrogate's mean for very many groups that were not measured, without any covariance."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from core.evidence.search.kernel import Places, log_size, share
from core.evidence.search.measured import Group, membership
from core.evidence.search.observed import make_places
from core.evidence.search.surrogate import Surrogate


def predict_mean(surrogate: Surrogate, groups: Sequence[Group]) -> Float[np.ndarray, "group task"]:
    """The mean of `Surrogate.predict`, for unmeasured groups; NaN outside a group.

    The linear parts are summed up as weights of tasks, partners and pairs; only the smooth part
    looks at the observations, each task at its own.
    """
    member = membership(groups, len(surrogate.affinity))
    row, task = surrogate.places_of(member)
    places = make_places(member, row, task, surrogate.affinity)
    mean = np.where(member, 0.0, np.nan)
    found = _linear(surrogate, places) + _smooth(surrogate, places)
    mean[row, task] = found * surrogate.observed.scale[task]
    return mean


def _linear(surrogate: Surrogate, places: Places) -> Float[np.ndarray, " place"]:
    seen, p, w = surrogate.observed.places, surrogate.penalties, surrogate.weights
    n_tasks = len(surrogate.affinity)
    of_task = np.zeros((n_tasks, len(w)))
    of_task[seen.task, np.arange(len(w))] = w
    size = log_size(seen)
    shared = seen.partners * share(seen, p.power)[:, None]
    pair = of_task @ shared
    weight = p.partner * (w @ shared) + p.pair * pair + p.bond * (pair + pair.T)
    constant = p.level * w.sum() + p.task * of_task.sum(axis=1)
    slope = p.size * (w @ size) + p.task_size * (of_task @ size)
    return np.asarray(
        constant[places.task]
        + slope[places.task] * log_size(places)
        + (places.partners * weight[places.task]).sum(axis=1) * share(places, p.power)
        + p.affinity * (w @ seen.prior) * places.prior
    )


def _smooth(surrogate: Surrogate, places: Places) -> Float[np.ndarray, " place"]:
    seen, p = surrogate.observed.places, surrogate.penalties
    found = np.zeros(len(places.task))
    count, seen_count = places.count, seen.count
    for task in range(len(surrogate.affinity)):
        here, there = np.flatnonzero(places.task == task), np.flatnonzero(seen.task == task)
        shared = places.partners[here] @ seen.partners[there].T
        differ = count[here, None] + seen_count[None, there] - 2 * shared
        found[here] = np.exp(-differ / p.reach) @ surrogate.weights[there]
    return p.smooth * found
