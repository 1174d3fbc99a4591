"""What serving each unit earns at present: the dual prices of the selection's linear programme."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from core.evidence.search.problem import Problem
from core.evidence.search.rules import Rules


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
    from scipy.optimize import linprog

    n, member = len(problem.cost), problem.member
    if problem.overlap:
        place = np.argwhere(member)
        unit, network, ok = _location_duals(problem, place)
    else:
        value = np.where(member, problem.value, 0).sum(axis=1)
        bound = (
            {} if problem.budget is None else {"A_ub": problem.cost[None], "b_ub": [problem.budget]}
        )
        found = linprog(-value, A_eq=member.T.astype(float), b_eq=np.ones(problem.n_units), **bound)
        ok = found.x is not None and n > 0
        unit = -found.eqlin.marginals if ok else np.zeros(problem.n_units)
        network = float(-found.ineqlin.marginals[0]) if ok and bound else 0.0
    if not ok:
        unit = np.where(member, problem.value, np.inf).min(axis=0, initial=0.0)
        network = 0.0
    task = np.zeros(n_tasks)
    for number, tasks in enumerate(rules.units(n_tasks)):
        task[list(tasks)] = unit[number] / len(tasks)
    return Prices(task, network, problem.overlap)


def _location_duals(
    problem: Problem, place: np.ndarray
) -> tuple[Float[np.ndarray, " unit"], float, bool]:
    from scipy.optimize import linprog
    from scipy.sparse import coo_array, csr_array, hstack, vstack

    n, m = len(problem.cost), len(place)
    each, ones = np.arange(m), np.ones(m)
    served = coo_array((ones, (place[:, 1], n + each)), shape=(problem.n_units, n + m))
    opened = hstack(
        [coo_array((-ones, (each, place[:, 0])), shape=(m, n)), coo_array((ones, (each, each)))]
    )
    cost = csr_array(np.concatenate([problem.cost, np.zeros(m)])[None])
    found = linprog(
        -np.concatenate([np.zeros(n), problem.value[problem.member]]),
        A_ub=csr_array(vstack([opened, cost])),
        b_ub=np.concatenate([np.zeros(m), [problem.budget or 0.0]]),
        A_eq=csr_array(served),
        b_eq=np.ones(problem.n_units),
    )
    if found.x is None:
        return np.zeros(problem.n_units), 0.0, False
    return -found.eqlin.marginals, float(-found.ineqlin.marginals[-1]), True
