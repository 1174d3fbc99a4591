"""Selection by local search, for problems too large to solve exactly."""

import numpy as np
from jaxtyping import Bool, Float

from core.evidence.search.problem import TOLERANCE, Problem, Rows

N_STARTS = 8


def solve_local(problem: Problem, seed: int = 0, n_starts: int = N_STARTS) -> Rows | None:
    """The best of several climbs; None where no start could be completed.

    A step puts one candidate in, takes out what it conflicts with (all that share a unit; with
    overlap whatever is missed least until the budget holds) and completes the rest greedily; the
    step stays when the total rises.
    """
    rng = np.random.default_rng(seed)
    best: Rows | None = None
    for start in range(n_starts):
        noise = rng.random(len(problem.cost)) if start else np.zeros(len(problem.cost))
        rows = _complete(problem, (), noise)
        if rows is None:
            continue
        rows = _climb(problem, rows, rng)
        if best is None or problem.total(rows) > problem.total(best) + TOLERANCE:
            best = rows
    return best


def _climb(problem: Problem, rows: Rows, rng: np.random.Generator) -> Rows:
    total, quiet = problem.total(rows), np.zeros(len(problem.cost))
    improved = True
    while improved:
        improved = False
        for row in rng.permutation(len(problem.cost)):
            if int(row) in rows:
                continue
            tried = _complete(problem, _put_in(problem, rows, int(row)), quiet)
            if tried is not None and problem.total(tried) > total + TOLERANCE:
                rows, total, improved = tried, problem.total(tried), True
    return rows


def _put_in(problem: Problem, rows: Rows, row: int) -> Rows:
    """The choice with one more candidate, less what it conflicts with."""
    if not problem.overlap:
        clash = (problem.member[list(rows)] & problem.member[row]).any(axis=1)
        return (*(old for old, out in zip(rows, clash, strict=True) if not out), row)
    kept = list(rows)
    while problem.budget is not None and kept:
        if problem.cost[[*kept, row]].sum() <= problem.budget + TOLERANCE:
            break
        left = [[other for other in (*kept, row) if other != old] for old in kept]
        served = [_served_value(problem, rest) for rest in left]
        kept.pop(int(np.argmax(served)))
    return (*kept, row)


def _served_value(problem: Problem, rows: list[int]) -> float:
    """Units served first, then their gain: the order in which a network is missed least."""
    found = problem.value[rows].max(axis=0)
    served = np.isfinite(found)
    scale = 1 + np.abs(np.where(problem.member, problem.value, 0)).max()
    return float(found[served].sum() + 2 * problem.n_units * scale * served.sum())


def _complete(problem: Problem, rows: Rows, noise: Float[np.ndarray, " candidate"]) -> Rows | None:
    """The choice with candidates added until every unit is served; None where none fits."""
    chosen = list(rows)
    while True:
        served = np.asarray(problem.member[chosen].any(axis=0))
        spent = float(problem.cost[chosen].sum())
        if served.all():
            return tuple(sorted(chosen))
        fits = _fitting(problem, served, spent)
        if not fits.any():
            return None
        chosen.append(int(np.where(fits, _appeal(problem, served, noise), -np.inf).argmax()))


def _fitting(
    problem: Problem, served: Bool[np.ndarray, " unit"], spent: float
) -> Bool[np.ndarray, " candidate"]:
    fits = (problem.member & ~served).any(axis=1)
    if not problem.overlap:
        fits &= ~(problem.member & served).any(axis=1)
    if problem.budget is not None:
        fits &= spent + problem.cost <= problem.budget + TOLERANCE
    return np.asarray(fits)


def _appeal(
    problem: Problem, served: Bool[np.ndarray, " unit"], noise: Float[np.ndarray, " candidate"]
) -> Float[np.ndarray, " candidate"]:
    """Mean gain over the units newly served; under a budget, first how many of them per cost."""
    new = problem.member & ~served
    count = new.sum(axis=1)
    gain = np.where(new, problem.value, 0).sum(axis=1)
    scale = np.abs(np.where(problem.member, problem.value, 0)).max() + TOLERANCE
    appeal = gain / np.maximum(count, 1) / scale + noise
    if problem.budget is not None:
        appeal = appeal + 2 * count / problem.cost
    return np.asarray(appeal)
