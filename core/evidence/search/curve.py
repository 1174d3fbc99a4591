"""How much another network is worth: the best mean gain at every budget."""

import numpy as np
from jaxtyping import Float

from core.evidence.search.measured import Measured
from core.evidence.search.problem import pose
from core.evidence.search.rules import Rules
from core.evidence.search.select import MAX_SUBSETS
from core.evidence.search.strategy import best_so_far
from core.evidence.search.subsets import best_table, block_table, cost_steps


def gain_by_budget(measured: Measured, rules: Rules) -> Float[np.ndarray, " budget"]:
    """The mean gain of the best selection that costs at most 1, 2, … T; NaN where there is none.

    One pass over the subsets answers all budgets where that is exact (up to 15 units with costs in
    a coarse common step); elsewhere every budget is a selection of its own.

    Args:
        measured: the candidates.
        rules: of the selections; its own budget is not looked at.
    """
    n_tasks = len(measured.task_names)
    budgets = np.arange(1, n_tasks + 1)
    asked = Rules(float(n_tasks), rules.overlap, rules.together, rules.apart)
    problem = pose(measured.groups, measured.gains, measured.costs, asked)
    steps = cost_steps(problem) if problem.n_units <= MAX_SUBSETS and len(problem.cost) else None
    if steps is None:
        each = [Rules(float(n), rules.overlap, rules.together, rules.apart) for n in budgets]
        return np.array([best_so_far(measured, one) for one in each])
    level, last = steps
    levels = np.unique(level)
    totals = best_table(block_table(problem, level, levels), levels, last)[0][-1]
    fineness = round(float(level.max() / problem.cost.max()))
    found = totals[np.minimum(budgets * fineness, last)]
    return np.where(np.isfinite(found), found, np.nan) / n_tasks
