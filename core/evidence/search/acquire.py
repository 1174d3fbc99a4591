"""Which groups to train next."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from core.evidence.search.candidates import pool_groups
from core.evidence.search.cold import first_groups
from core.evidence.search.improve import Outlook, improvements, pick_batch
from core.evidence.search.mean import predict_mean
from core.evidence.search.measured import Group, Measured
from core.evidence.search.rules import Rules
from core.evidence.search.surrogate import Surrogate, fit_surrogate
from core.machine.threads import one_thread
from core.methods import Method, knob

Cost = Callable[[Sequence[Group]], Float[np.ndarray, " group"]]

_MOST_PLACES = 1100
"""Members of all groups drawn at once; the best groups are kept (joint draws cost its cube)."""


def each_costs_one(groups: Sequence[Group]) -> Float[np.ndarray, " group"]:
    """Every network costs the same."""
    return np.ones(len(groups))


@dataclass(frozen=True)
class Acquisition(Method):
    """Settings of the choice of the next groups."""

    title = "Expected improvement"
    summary = "Trains the groups that are expected to improve the best selection most."

    n_draws: int = knob(64, "Draws of the surrogate's posterior.", low=4, high=512)
    pool: int = knob(300, "Unmeasured groups considered at once.", low=10, high=2000)


def propose_groups(
    measured: Measured,
    n: int,
    settings: Acquisition | None = None,
    rules: Rules | None = None,
    affinity: Float[np.ndarray, "task partner"] | None = None,
    seed: int = 0,
    new_cost: Cost = each_costs_one,
) -> tuple[Group, ...]:
    """The next `n` groups to train, most useful first; fewer where no others are left.

    With nothing but single-task networks measured, groups that cover the tasks evenly; then those
    whose training is expected to improve the best selection most.

    Args:
        measured: so far.
        n: how many are trained at once.
        settings: of the acquisition.
        rules: of the selection that is wanted; a partition when None.
        affinity: a cheap similarity of the tasks, for the start and as a feature of the surrogate.
        seed: of the draws.
        new_cost: costs of groups yet to be trained.
    """
    asked, how = rules or Rules(), settings or Acquisition()
    cold = first_groups(measured, n, asked, affinity, seed)
    if len(cold) >= n:
        return cold
    rng = np.random.default_rng(seed)
    with one_thread():  # small matrices again and again: ten times slower on two
        surrogate = fit_surrogate(measured, affinity)
        return (*cold, *_improving(surrogate, n - len(cold), cold, how, asked, new_cost, rng))


def _improving(
    surrogate: Surrogate,
    n: int,
    taken: Sequence[Group],
    settings: Acquisition,
    rules: Rules,
    new_cost: Cost,
    rng: np.random.Generator,
) -> tuple[Group, ...]:
    seen = foreseen(surrogate, rules, settings.pool, new_cost)
    room = np.cumsum([len(group) for group in seen]) <= _MOST_PLACES
    pool = [group for group, fits in zip(seen, room, strict=True) if fits and group not in taken]
    if not pool:
        return ()
    mean, drawn = surrogate.draw(pool, settings.n_draws, rng)
    outlook = Outlook(pool, mean, drawn, new_cost(pool))
    improvement = improvements(surrogate.measured, outlook, rules)
    return tuple(pool[row] for row in pick_batch(improvement, n))


def foreseen(surrogate: Surrogate, rules: Rules, size: int, new_cost: Cost) -> tuple[Group, ...]:
    """Unmeasured groups that could serve in the best selection, by their foretold gains."""
    measured = surrogate.measured

    def value(groups: Sequence[Group]) -> Float[np.ndarray, "group task"]:
        return predict_mean(surrogate, groups)

    return pool_groups(measured, value, rules, size, new_cost)
