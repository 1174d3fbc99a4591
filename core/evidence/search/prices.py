"""What serving each unit earns at present: the dual prices of the selection's linear programme."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from core.evidence.search.problem import Problem
from core.evidence.search.rules import Rules

_STEPS = 100


@dataclass(frozen=True)
class Prices:
    """A group is worth Σ_t (gain_t − task_t) − network · cost: how much the relaxed selection gains
    with it; with overlap only units that gain count (a group need not serve all its members)."""

    task: Float[np.ndarray, " task"]
    network: float
    overlap: bool

    def worth(
        self, gains: Float[np.ndarray, "group task"], costs: Float[np.ndarray, " group"]
    ) -> Float[np.ndarray, " group"]:
        """Of every group, from its gains (NaN outside)."""
        margin = np.nan_to_num(gains - self.task)
        kept = np.maximum(margin, 0) if self.overlap else margin
        return np.asarray(kept.sum(axis=1) - self.network * costs)


def price(problem: Problem, rules: Rules, n_tasks: int) -> Prices:
    """The prices of a problem; a unit's price is shared equally by its tasks.

    Where the programme has no solution yet, every unit is priced at its least gain, so that any
    group that serves it looks worth having.
    """
    unit, network = _location(problem) if problem.overlap else _partition(problem)
    task = np.zeros(n_tasks)
    for number, tasks in enumerate(rules.units(n_tasks)):
        task[list(tasks)] = unit[number] / len(tasks)
    return Prices(task, network, problem.overlap)


def _partition(problem: Problem) -> tuple[Float[np.ndarray, " unit"], float]:
    """Dual values of set partitioning."""
    from scipy.optimize import linprog

    value = np.where(problem.member, problem.value, 0).sum(axis=1)
    limit = problem.budget is not None
    found = linprog(
        -value,
        A_eq=problem.member.T.astype(float),
        b_eq=np.ones(problem.n_units),
        A_ub=problem.cost[None] if limit else None,
        b_ub=[problem.budget] if limit else None,
    )
    if found.x is None:
        least = np.where(problem.member, problem.value, np.inf).min(axis=0, initial=0.0)
        return np.asarray(least), 0.0
    return -found.eqlin.marginals, float(-found.ineqlin.marginals[0]) if limit else 0.0


def _location(problem: Problem) -> tuple[Float[np.ndarray, " unit"], float]:
    """Lagrange multipliers of facility location under a budget, by subgradient steps.

    At unit prices π a network earns Σ_u max(0, value - π_u); the best earners per cost are opened
    until the budget is full, and the price of a unit rises where several want it (Fisher 1981,
    doi 10.1287/mnsc.27.1.1; the linear programme itself is too large here).
    """
    value = np.where(problem.member, problem.value, -np.inf)
    spread = float(np.ptp(problem.value[problem.member])) or 1.0
    unit = np.where(problem.member, problem.value, 0.0).max(axis=0, initial=0.0) - spread / 2
    best, at = np.inf, (unit, 0.0)
    for step in range(_STEPS):
        margin = np.maximum(value - unit, 0)
        opened, network, earned = _open(margin.sum(axis=1), problem)
        bound = float(unit.sum() + earned)
        if bound < best:
            best, at = bound, (unit, network)
        wanted = opened @ (margin > 0)
        unit = unit + spread / (4 + step) * np.clip(wanted - 1, -1, 1)
    return at


def _open(
    profit: Float[np.ndarray, " candidate"], problem: Problem
) -> tuple[Float[np.ndarray, " candidate"], float, float]:
    """How far each network is opened within the budget, the profit per cost at its end, and all
    profit together."""
    density = profit / problem.cost
    order = np.argsort(-density, kind="stable")
    spent = np.cumsum(problem.cost[order])
    cost = problem.cost[order]
    share = np.clip(((problem.budget or 0.0) - (spent - cost)) / cost, 0, 1)
    share = np.where(density[order] > 0, share, 0)
    last = np.flatnonzero(share > 0)
    opened = np.zeros(len(profit))
    opened[order] = share
    full = len(last) and spent[last[-1]] >= (problem.budget or 0.0)
    return opened, float(density[order][last[-1]]) if full else 0.0, float(opened @ profit)
