"""What a selection is worth that nobody chose: random networks under the same rules."""

import numpy as np
from jaxtyping import Float

from core.evidence.search.measured import Measured
from core.evidence.search.problem import TOLERANCE, Problem, pose
from core.evidence.search.rules import Rules

_MOST_CELLS = 1_500_000
"""Tries times candidates, so that a hopeless draw ends."""
_AT_ONCE = 400_000


def random_selections(
    measured: Measured, rules: Rules, n: int = 200, seed: int = 0
) -> Float[np.ndarray, " selection"]:
    """The mean gains of up to `n` random selections that keep the rules and serve every task.

    A draw goes through the measured groups in random order and takes each that still fits (the
    budget; without overlap also the tasks not yet taken); draws that leave a task unserved do not
    count, so fewer than `n` come back where such selections are rare, none where none was met
    (ours). Every task uses the best of the networks that hold it.

    Args:
        measured: the candidates.
        rules: of the selections.
        n: how many are wanted.
        seed: of the draws.
    """
    problem = pose(measured.groups, measured.gains, measured.costs, rules)
    rng = np.random.default_rng(seed)
    found: list[float] = []
    n_groups, n_tasks = len(problem.cost), len(measured.task_names)
    if not n_groups:
        return np.zeros(0)
    tries = max(1, min(n, _AT_ONCE // n_groups))
    for _ in range(max(1, _MOST_CELLS // (tries * n_groups))):
        totals = _draw(problem, tries, rng)
        found += (totals[np.isfinite(totals)] / n_tasks).tolist()
        if len(found) >= n:
            break
    return np.array(found[:n])


def _draw(problem: Problem, n: int, rng: np.random.Generator) -> Float[np.ndarray, " draw"]:
    """The total gain of each draw, -inf where it leaves a unit unserved."""
    order = rng.random((n, len(problem.cost))).argsort(axis=1)
    spent = np.zeros(n)
    best = np.full((n, problem.n_units), -np.inf)
    for rows in order.T:
        fits = np.ones(n, dtype=bool)
        if problem.budget is not None:
            fits &= spent + problem.cost[rows] <= problem.budget + TOLERANCE
        if not problem.overlap:
            fits &= ~(problem.member[rows] & np.isfinite(best)).any(axis=1)
        spent += np.where(fits, problem.cost[rows], 0)
        best = np.where(fits[:, None], np.maximum(best, problem.value[rows]), best)
    return np.asarray(best.sum(axis=1))
