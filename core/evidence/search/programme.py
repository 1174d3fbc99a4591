"""Exact selection as a mixed-integer programme, solved by HiGHS through SciPy."""

from typing import TYPE_CHECKING

import numpy as np

from core.evidence.search.problem import TOLERANCE, Problem, Rows

if TYPE_CHECKING:
    from scipy.optimize import LinearConstraint

TIME_LIMIT_S = 30.0


def solve_programme(problem: Problem, time_limit: float = TIME_LIMIT_S) -> tuple[Rows | None, bool]:
    """The best choice and whether it is proven best; None where there is none (or none found).

    Without overlap: set partitioning, x_G ∈ {0, 1}. With overlap: uncapacitated facility location,
    y_Gu ≤ x_G, Σ_G y_Gu = 1. A budget bounds Σ cost_G x_G in both.
    """
    from scipy.optimize import Bounds, milp

    n = len(problem.cost)
    place = np.argwhere(problem.member)  # one y for each (candidate, unit)
    gain = problem.value[problem.member]
    if not problem.overlap:
        value = np.where(problem.member, problem.value, 0).sum(axis=1)
        objective, constraints = value, _partition(problem)
    else:
        objective = np.concatenate([np.zeros(n), gain])
        constraints = _location(problem, place)
    found = milp(
        -objective,
        constraints=constraints,
        integrality=(np.arange(len(objective)) < n).astype(int),
        bounds=Bounds(0, 1),
        options={"time_limit": time_limit, "mip_rel_gap": 0.0},
    )
    if found.x is None:
        return None, found.status == 2
    return tuple(int(row) for row in np.flatnonzero(found.x[:n] > 0.5)), found.status == 0


def _partition(problem: Problem) -> "list[LinearConstraint]":
    from scipy.optimize import LinearConstraint
    from scipy.sparse import csr_array

    rows = [LinearConstraint(csr_array(problem.member.T.astype(float)), 1, 1)]
    if problem.budget is not None:
        rows.append(LinearConstraint(problem.cost[None], -np.inf, problem.budget + TOLERANCE))
    return rows


def _location(problem: Problem, place: np.ndarray) -> "list[LinearConstraint]":
    from scipy.optimize import LinearConstraint
    from scipy.sparse import coo_array, csr_array, hstack

    n, m = len(problem.cost), len(place)
    each, ones = np.arange(m), np.ones(m)
    served = coo_array((ones, (place[:, 1], n + each)), shape=(problem.n_units, n + m))
    opened = hstack(
        [coo_array((-ones, (each, place[:, 0])), shape=(m, n)), coo_array((ones, (each, each)))]
    )
    cost = np.concatenate([problem.cost, np.zeros(m)])[None]
    return [
        LinearConstraint(csr_array(served), 1, 1),
        LinearConstraint(csr_array(opened), -np.inf, 0),
        LinearConstraint(cost, -np.inf, (problem.budget or 0) + TOLERANCE),
    ]
