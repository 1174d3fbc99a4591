"""What to know beside the numbers: training that diverged, references that break the rules."""

from collections.abc import Iterable

from core.evidence.contest import Contest
from core.evidence.partitions import Group, alone, together
from core.evidence.pins import keeps


def diverged(contest: Contest, groups: Iterable[Group]) -> tuple[str, ...]:
    """A sentence for each group whose training diverged."""
    pool, tasks = contest.pool, contest.pool.examples.tasks
    found = []
    for group in dict.fromkeys(groups):
        if seeds := pool.diverged(group, contest.settings.seeds):
            listed = ", ".join(tasks[task].name for task in group)
            numbers = ", ".join(str(seed) for seed in seeds)
            found.append(f"Training diverged for {listed} (seed {numbers}); the rest went on.")
    return tuple(found)


def broken(contest: Contest) -> tuple[str, ...]:
    """What to know of alone and together where they break the rules of who shares a network."""
    n_tasks = len(contest.is_counted)
    plain = {"Each task alone": alone(n_tasks), "All together": together(n_tasks)}
    return tuple(
        f"{what} breaks your rules of who shares a network; it is there to compare with."
        for what, partition in plain.items()
        if not keeps(contest.rules, partition)
    )
