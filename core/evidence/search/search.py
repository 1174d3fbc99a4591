"""Search for the best groups with any source of gains."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from core.errors import MethodError
from core.evidence.search.exhaustive import Exhaustive
from core.evidence.search.measured import Measured
from core.evidence.search.modelled import Modelled
from core.evidence.search.oracle import Costs, Gain, Oracle, Quest
from core.evidence.search.pairs import Pairs
from core.evidence.search.rules import named_rules
from core.evidence.search.strategy import SearchResult, Strategy
from core.methods import Stage
from core.progress import OnProgress, silent

SEARCHES: Stage[Strategy] = Stage(
    "search strategy",
    {"surrogate": Modelled, "pairs": Pairs, "exhaustive": Exhaustive},
)


def search(
    gain: Gain,
    tasks: Sequence[str],
    *,
    n_measured: int | None = None,
    networks: float | None = None,
    overlap: bool = False,
    costs: Costs = None,
    together: Sequence[Sequence[str]] = (),
    apart: Sequence[Sequence[str]] = (),
    listed: Sequence[Sequence[str]] | None = None,
    affinity: Float[np.ndarray, "task partner"] | None = None,
    strategy: Strategy | None = None,
    known: Measured | None = None,
    seed: int = 0,
    on_progress: OnProgress = silent,
) -> SearchResult:
    """Measure some groups, foretell the others, and select the best networks exactly.

    Args:
        gain: answers the gain of every member of a group, by name; positive is better than
            training alone; None where nothing is known of the group, which is then left out. It
            is never asked about a single task: alone the gain is 0.
        tasks: their names.
        n_measured: how many groups may be measured, the single tasks included; when None
            3 T beside them (or what the strategy needs).
        networks: bound on the total cost; None asks for a partition into any number of groups.
        overlap: whether a task may be in several networks and use the best of them.
        costs: of networks; 1 each when None.
        together: sets of tasks that share their network.
        apart: sets of tasks of which no two share a network.
        listed: the groups that can be asked for, where not all can (a published table); no other
            one is selected either.
        affinity: a cheap similarity of the tasks (a landscape measure), as a prior.
        strategy: one of `SEARCHES`; the surrogate when None.
        known: what was measured before, single tasks included; also networks of another size
            (a single task at half the cost). A group counts once, at whatever costs it stands.
            With `Measured.together(tasks)` gains are against the network of all tasks: then `gain`
            is asked for single tasks too, as for any group, and only where it is worth it.
        seed: of the draws.
        on_progress: called after every group.

    Raises:
        MethodError: unknown task, contradictory or infeasible rules, too few measurements.
        RunError: an answer without one of the members; whatever `gain` raises goes through.
    """
    names = tuple(tasks)
    if len(set(names)) < len(names) or len(names) < 2:
        raise MethodError(f"Tasks {', '.join(names)!r}: two or more different names are needed.")
    rules = named_rules(names, networks, overlap, together, apart, listed)
    chosen = strategy or Modelled()
    oracle = Oracle(gain, names, costs)
    alone = oracle.cost([(task,) for task in range(len(names))])
    start = known or Measured.alone(names, alone)
    if start.task_names != names:
        raise MethodError("What was measured before is about other tasks; give the same tasks.")
    budget = chosen.default_budget(len(names)) if n_measured is None else n_measured
    if budget < len(names) and not start.singles_unknown:
        raise MethodError(
            f"n_measured={budget} is below the {len(names)} single tasks, which count; raise it."
        )
    shape = (len(names), len(names))
    if affinity is not None and np.shape(affinity) != shape:
        raise MethodError(f"The affinity is {np.shape(affinity)}; {shape} is needed.")
    return chosen(Quest(oracle, start, budget, rules, affinity, seed, on_progress))
