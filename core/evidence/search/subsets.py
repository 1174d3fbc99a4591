"""Exact selection by dynamic programming over subsets of the units (up to about 15)."""

import numpy as np
from jaxtyping import Float, Int

from core.evidence.search.problem import TOLERANCE, Problem, Rows

MAX_LEVELS = 256
_FINEST = 24
"""Costs must be multiples of 1/1 … 1/24 to be counted in whole steps."""


def cost_steps(problem: Problem) -> tuple[Int[np.ndarray, " candidate"], int] | None:
    """Every cost and the budget in whole steps; None where the costs have no coarse common step."""
    if problem.budget is None:
        return np.zeros(len(problem.cost), dtype=int), 0
    budget = min(problem.budget, float(np.sort(problem.cost)[-problem.n_units :].sum()))
    for fineness in range(1, _FINEST + 1):
        steps = problem.cost * fineness
        if np.abs(steps - steps.round()).max(initial=0) < TOLERANCE:
            last = int(np.floor(budget * fineness + TOLERANCE * _FINEST))
            return (steps.round().astype(int), last) if last <= MAX_LEVELS else None
    return None


def solve_subsets(problem: Problem) -> Rows | None:
    """The best choice, None where there is none.

    A choice with overlap is a partition of the units into blocks, each served by its best
    candidate that contains it, so both modes are one recursion over (subset, cost):
    best(S, c) = max over blocks B ∋ first unit of S, levels d: block(B, d) + best(S − B, c − d).
    """
    found = cost_steps(problem)
    if found is None:
        raise ValueError("costs have no common step; use another solver")
    steps, last = found
    levels = np.unique(steps)
    best, choice = best_table(block_table(problem, steps, levels), levels, last)
    if not np.isfinite(best[-1, -1]):
        return None
    blocks = _trace(choice, levels)
    return tuple(sorted({_server(problem, steps, block, step) for block, step in blocks}))


def block_table(
    problem: Problem, steps: Int[np.ndarray, " candidate"], levels: Int[np.ndarray, " level"]
) -> Float[np.ndarray, "level subset"]:
    """What a block of units gains at best in one candidate of each cost; `levels` are the distinct
    `steps`, ascending."""
    table = np.full((len(levels), 1 << problem.n_units), -np.inf)
    level, codes = np.searchsorted(levels, steps), _codes(problem)
    for row, code in enumerate(codes):
        units = np.flatnonzero(problem.member[row])
        value = problem.value[row, units]
        if problem.overlap:
            blocks, sums = list_blocks(units, value)
        else:
            blocks, sums = np.array([code]), np.array([value.sum()])
        part = table[level[row]]
        part[blocks] = np.maximum(part[blocks], sums)
    return table


def list_blocks(
    units: Int[np.ndarray, " unit"], value: Float[np.ndarray, "unit *draw"]
) -> tuple[Int[np.ndarray, " block"], Float[np.ndarray, "block *draw"]]:
    """Every block of some units as a code, with its summed value; all of them together last."""
    blocks, sums = np.zeros(1, dtype=int), np.zeros((1, *value.shape[1:]))
    for unit, gain in zip(units, value, strict=True):
        blocks = np.concatenate([blocks, blocks | (1 << int(unit))])
        sums = np.concatenate([sums, sums + gain])
    return blocks[1:], sums[1:]


def best_table(
    table: Float[np.ndarray, "level subset"], levels: Int[np.ndarray, " level"], last: int
) -> tuple[Float[np.ndarray, "subset step"], Int[np.ndarray, "subset step"]]:
    """The best total of every subset at every total cost up to `last`, and the block that holds
    the first unit there, as level · subsets + block."""
    n_subsets = table.shape[1]
    best = np.full((n_subsets, last + 1), -np.inf)
    choice = np.zeros(best.shape, dtype=np.int64)
    best[0] = 0
    for subset in range(1, n_subsets):
        blocks = _with_first(subset)
        for number, step in enumerate(levels):
            if step > last:
                continue
            totals = table[number, blocks, None] + best[subset ^ blocks, : last + 1 - step]
            top = totals.argmax(axis=0)
            found = totals[top, np.arange(len(top))]
            better = found > best[subset, step:]
            best[subset, step:][better] = found[better]
            choice[subset, step:][better] = (number * n_subsets + blocks[top])[better]
    return best, choice


def _codes(problem: Problem) -> Int[np.ndarray, " candidate"]:
    """The units of every candidate as one number."""
    return np.asarray(problem.member @ (1 << np.arange(problem.n_units)))


def _with_first(subset: int) -> Int[np.ndarray, " block"]:
    """All subsets of a subset that contain its lowest unit."""
    first = subset & -subset
    blocks = np.array([first])
    rest = subset ^ first
    while rest:
        unit = rest & -rest
        blocks = np.concatenate([blocks, blocks | unit])
        rest ^= unit
    return blocks


def _trace(
    choice: Int[np.ndarray, "subset step"], levels: Int[np.ndarray, " level"]
) -> list[tuple[int, int]]:
    """The blocks of the best choice of the whole set, each with the cost of its network."""
    n_subsets, left = len(choice), choice.shape[1] - 1
    subset, blocks = n_subsets - 1, []
    while subset:
        number, block = divmod(int(choice[subset, left]), n_subsets)
        blocks.append((block, int(levels[number])))
        subset, left = subset ^ block, left - int(levels[number])
    return blocks


def _server(problem: Problem, steps: Int[np.ndarray, " candidate"], block: int, step: int) -> int:
    """The candidate of that cost which serves a block best."""
    codes = _codes(problem)
    fits = (codes & block == block) if problem.overlap else codes == block
    rows = np.flatnonzero(fits & (steps == step))
    units = np.flatnonzero(block >> np.arange(problem.n_units) & 1)
    return int(rows[problem.value[np.ix_(rows, units)].sum(axis=1).argmax()])
