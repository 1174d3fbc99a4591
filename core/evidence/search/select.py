"""The best selection among measured or predicted groups, exact wherever that is possible."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from core.errors import MethodError
from core.evidence.search.local import solve_local
from core.evidence.search.measured import Group
from core.evidence.search.problem import Problem, Rows, pose
from core.evidence.search.programme import solve_programme
from core.evidence.search.rules import Rules, check_rules, why_too_few
from core.evidence.search.subsets import cost_steps, solve_subsets
from core.frozen import Frozen

MAX_SUBSETS = 15
MAX_PROGRAMME = 60
SOLVERS = ("auto", "subsets", "programme", "local")


@dataclass(frozen=True, eq=False)
class Selection(Frozen):
    """Networks and which of them serves each task. `exact` says that nothing better exists."""

    groups: tuple[Group, ...]
    costs: Float[np.ndarray, " network"]
    assignment: Int[np.ndarray, " task"]
    """The number of the network, in `groups`, that serves the task."""
    gains: Float[np.ndarray, " task"]
    """Of each task in the network that serves it."""
    exact: bool

    @property
    def mean_gain(self) -> float:
        return float(self.gains.mean())

    @property
    def cost(self) -> float:
        return float(self.costs.sum())


def select_groups(
    groups: Sequence[Group],
    gains: Float[np.ndarray, "group task"],
    rules: Rules | None = None,
    costs: Float[np.ndarray, " group"] | None = None,
    task_names: Sequence[str] | None = None,
    solver: str = "auto",
    seed: int = 0,
) -> Selection:
    """The networks with the largest mean gain over the tasks (METHODS §7).

    Dynamic programming over subsets up to 15 units, a mixed-integer programme up to 60, local
    search beyond or where the programme runs out of time. `exact` tells which.

    Args:
        groups: candidates; the same group may stand there at several costs.
        gains: of every member; NaN elsewhere, or where a member must not be served.
        rules: of the selection; a partition without a bound when None.
        costs: 1 each when None.
        task_names: for messages.
        solver: one of `SOLVERS`, for tests and comparisons.
        seed: of the local search.

    Raises:
        MethodError: no selection keeps the rules; the one in the way is named.
    """
    names = task_names or [f"task {number}" for number in range(gains.shape[1])]
    asked = rules or Rules()
    check_rules(asked, names)
    problem = pose(groups, gains, np.ones(len(groups)) if costs is None else costs, asked)
    _check_cover(problem, asked, names)
    rows, exact = _solve(problem, solver, seed)
    if rows is None:
        raise MethodError(_why_none(problem, asked, names))
    return _selection(groups, gains, problem, rows, asked, exact)


def _solve(problem: Problem, solver: str, seed: int) -> tuple[Rows | None, bool]:
    if solver not in SOLVERS:
        raise MethodError(f"Unknown solver {solver!r}; choose one of {', '.join(SOLVERS)}.")
    if solver == "subsets" or (solver == "auto" and problem.n_units <= MAX_SUBSETS):
        if cost_steps(problem) is not None:
            return solve_subsets(problem), True
        solver = "programme"
    if solver == "programme" or (solver == "auto" and problem.n_units <= MAX_PROGRAMME):
        rows, exact = solve_programme(problem)
        if exact:
            return rows, True
        climbed = solve_local(problem, seed)
        found = [choice for choice in (rows, climbed) if choice is not None]
        return max(found, key=problem.total, default=None), False
    return solve_local(problem, seed), False


def _selection(
    groups: Sequence[Group],
    gains: Float[np.ndarray, "group task"],
    problem: Problem,
    rows: Rows,
    rules: Rules,
    exact: bool,
) -> Selection:
    """The networks that serve somebody, in the order of their tasks."""
    server = problem.value[list(rows)].argmax(axis=0)
    used = sorted(
        {rows[number] for number in server},
        key=lambda row: (groups[int(problem.row[row])], float(problem.cost[row])),
    )
    assignment = np.zeros(gains.shape[1], dtype=int)
    for unit, number in zip(rules.units(gains.shape[1]), server, strict=True):
        assignment[list(unit)] = used.index(rows[number])
    chosen = problem.row[used]
    served = gains[chosen[assignment], np.arange(gains.shape[1])]
    return Selection(
        tuple(groups[int(row)] for row in chosen), problem.cost[used], assignment, served, exact
    )


def _check_cover(problem: Problem, rules: Rules, names: Sequence[str]) -> None:
    reached = np.asarray(problem.member.any(axis=0))
    for number, unit in enumerate(rules.units(len(names))):
        if not reached[number]:
            listed = ", ".join(repr(names[task]) for task in unit)
            raise MethodError(
                f"No allowed group serves {listed}; measure one, allow more networks, or drop a "
                "rule about it."
            )


def _why_none(problem: Problem, rules: Rules, names: Sequence[str]) -> str:
    if why := why_too_few(rules, names):
        return why
    budget = "" if rules.networks is None else f" within {rules.networks:g} networks"
    kind = "network selection" if rules.overlap else "partition"
    ruled = ""
    if rules.apart or rules.together:
        ruled = " under the rules of who is together and who is apart"
    return (
        f"No {kind} of the {len(problem.cost)} allowed groups serves all {len(names)} tasks{budget}"
        f"{ruled}; allow more networks, drop a rule, or measure more groups."
    )
