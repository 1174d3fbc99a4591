"""Which groups to train next."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from core.evidence.search.candidates import pool_groups
from core.evidence.search.cold import first_groups
from core.evidence.search.measured import Group, Measured
from core.evidence.search.prices import price
from core.evidence.search.problem import pose
from core.evidence.search.rules import Rules
from core.evidence.search.select import select_groups
from core.evidence.search.subsets import cost_steps, solve_draws
from core.evidence.search.surrogate import Surrogate, fit_surrogate
from core.methods import Method, knob

Cost = Callable[[Sequence[Group]], Float[np.ndarray, " group"]]


def each_costs_one(groups: Sequence[Group]) -> Float[np.ndarray, " group"]:
    """Every network costs the same."""
    return np.ones(len(groups))


@dataclass(frozen=True)
class Acquisition(Method):
    """Settings of the choice of the next groups."""

    title = "Expected improvement"
    summary = "Trains the groups that most often make the best selection better."

    n_draws: int = knob(32, "Draws of the surrogate's posterior.", low=4, high=512)
    pool: int = knob(300, "Unmeasured groups considered at once.", low=10, high=2000)
    rule: str = knob("draws", "x", options=("draws", "prices"))
    share: str = knob("gain", "x", options=("gain", "count", "drop"))
    optimism: float = knob(1.0, "Standard errors added when the pool is made.", low=0.0, high=5.0)


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
    surrogate = fit_surrogate(measured, affinity)
    rng = np.random.default_rng(seed)
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
    measured = surrogate.measured

    def hopeful(groups: Sequence[Group]) -> Float[np.ndarray, "group task"]:
        mean, error = surrogate.predict(groups)
        return np.asarray(mean + settings.optimism * error)

    base = measured.groups
    pool = [
        group
        for group in pool_groups(
            base, measured.costs, len(measured.task_names), hopeful, rules, settings.pool, new_cost
        )
        if group not in taken
    ]
    if not pool:
        return ()
    if settings.rule == "draws":
        credit = _credit_draws(surrogate, pool, settings, rules, new_cost, rng)
    else:
        credit = _credit(surrogate, pool, settings.n_draws, rules, new_cost, rng)
    order = np.argsort(-credit, kind="stable")[:n]
    return tuple(pool[place] for place in order)


def _credit(
    surrogate: Surrogate,
    pool: Sequence[Group],
    n_draws: int,
    rules: Rules,
    new_cost: Cost,
    rng: np.random.Generator,
) -> Float[np.ndarray, " group"]:
    """Expected improvement of the best selection by each unmeasured group, others at their mean.

    A group improves the relaxed selection by its worth at the present prices, where that is
    positive; the mean over posterior draws of that is its expected improvement.
    """
    measured = surrogate.measured
    mean, _ = surrogate.predict(pool)
    groups = [*measured.groups, *pool]
    costs = new_cost(pool)
    problem = pose(
        groups,
        np.concatenate([measured.gains, mean]),
        np.concatenate([measured.costs, costs]),
        rules,
    )
    prices = price(problem, rules, mean.shape[1])
    drawn = surrogate.draw(pool, n_draws, rng)
    worth = [prices.worth(drawn[:, :, draw], costs) for draw in range(n_draws)]
    return np.asarray(np.maximum(worth, 0).mean(axis=0))


def _credit_draws(surrogate, pool, settings, rules, new_cost, rng):
    measured = surrogate.measured
    n_draws = settings.n_draws
    groups = [*measured.groups, *pool]
    drawn = surrogate.draw(pool, n_draws, rng)
    costs = np.concatenate([measured.costs, new_cost(pool)])
    known = np.repeat(measured.gains[:, :, None], n_draws, axis=2)
    gains = np.concatenate([known, drawn])
    mask = gains[:, :, 0].copy()
    problem = pose(groups, mask, costs, rules)
    units = rules.units(gains.shape[1])
    value = np.stack([gains[:, list(u)].sum(axis=1) for u in units], axis=1)[problem.row]
    value = np.where(np.isfinite(value), value, -np.inf)
    steps, last = cost_steps(problem)
    found = solve_draws(problem, value, steps, last)
    base = select_groups(measured.groups, measured.gains, rules, measured.costs).gains.sum()
    credit = np.zeros(len(pool))
    n_known = len(measured.groups)
    for draw, rows in enumerate(found):
        new = [r for r in rows if problem.row[r] >= n_known]
        best = value[list(rows), :, draw].max(axis=0).sum()
        for r in new:
            w = (best - base) / len(new) if settings.share == "gain" else 1.0
            credit[problem.row[r] - n_known] += w
    mean, error = surrogate.predict(pool)
    tie = np.nan_to_num(mean + error).sum(axis=1)
    return credit / n_draws + 1e-9 * tie
