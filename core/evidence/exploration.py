"""Further groups, found from what was trained so far (METHODS §7), on validation rows."""

from itertools import chain, combinations

import numpy as np
from jaxtyping import Float

from core.evidence.candidate import Candidate
from core.evidence.contest import Contest
from core.evidence.gains import validation_gain
from core.evidence.partitions import Group, canonical
from core.evidence.search.acquire import propose_groups
from core.evidence.search.measured import Measured
from core.evidence.search.select import select_groups
from core.evidence.search.surrogate import fit_surrogate
from core.progress import OnProgress, within

MOST_TASKS = 8
"""Tasks up to which all groups can be asked for."""
N_ROUNDS = 3


def explore(
    contest: Contest,
    affinity: Float[np.ndarray, "task task"] | None,
    on_progress: OnProgress,
) -> tuple[Candidate, ...]:
    """Partitions put together from groups that were trained, after training more of them.

    Two come back: the best by the gains as measured, and the best by the gains that the surrogate
    expects, which borrows from all other groups and so is fooled less by a lucky one.
    """
    pool, settings = contest.pool, contest.settings
    seeds = settings.seeds[: settings.first_seeds]
    n_tasks = len(contest.is_counted)
    if n_tasks <= MOST_TASKS and (
        settings.search == "exhaustive" or 2**n_tasks <= contest.most_groups
    ):
        pool.train(_every_group(n_tasks), seeds, on_progress)
    elif settings.search != "none":
        for round_ in range(N_ROUNDS):
            measured = _measured(contest, seeds)
            n = min(n_tasks, contest.most_groups - len(measured.groups))
            if n < 1:
                break
            on_progress(round_ / N_ROUNDS, "choosing the next groups to train")
            asked = propose_groups(measured, n, affinity=affinity, seed=settings.seed + round_)
            part = within(on_progress, round_ / N_ROUNDS, (round_ + 1) / N_ROUNDS)
            pool.train(asked, seeds, part)
    return _put_together(_measured(contest, seeds), affinity)


def _every_group(n_tasks: int) -> list[Group]:
    sizes = range(1, n_tasks + 1)
    return list(chain.from_iterable(combinations(range(n_tasks), size) for size in sizes))


def _measured(contest: Contest, seeds: tuple[int, ...]) -> Measured:
    """Validation gains of every group so far; a task that does not count gains nothing anywhere,
    and a group whose training diverged is left out."""
    pool = contest.pool
    found: dict[Group, Float[np.ndarray, " task"]] = {}
    for group in pool.groups:
        if len(group) == 1 or not pool.has(group, seeds) or pool.diverged(group, seeds):
            continue
        gain = validation_gain(pool, group, seeds, contest.settings.judge)
        gain[[task for task in group if not contest.is_counted[task]]] = 0.0
        if np.isfinite(gain[list(group)]).all():
            found[group] = gain
    measured = Measured.alone(tuple(task.name for task in pool.examples.tasks))
    return measured.add(list(found), np.array(list(found.values()))) if found else measured


def _put_together(
    measured: Measured, affinity: Float[np.ndarray, "task task"] | None
) -> tuple[Candidate, ...]:
    if len(measured.groups) <= len(measured.task_names):
        return ()
    plain = select_groups(measured.groups, measured.gains)
    expected, _ = fit_surrogate(measured, affinity).predict(measured.groups)
    smooth = select_groups(measured.groups, expected)
    return (
        Candidate("search: best groups as measured", canonical(plain.groups)),
        Candidate("search: best groups as expected", canonical(smooth.groups)),
    )
