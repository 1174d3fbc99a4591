"""What to know beside the numbers: training that diverged, tasks without a say, broken rules."""

from collections.abc import Iterable, Sequence

from core.evidence.candidate import Candidate
from core.evidence.contest import Contest
from core.evidence.decide import NO_OTHER
from core.evidence.partitions import Group, alone, together
from core.evidence.pins import broken_rule, keeps

_NAMED = 8
"""Tasks named in a sentence at most."""


def diverged(contest: Contest, groups: Iterable[Group]) -> tuple[str, ...]:
    """A sentence for each group whose training diverged."""
    pool, tasks = contest.pool, contest.pool.examples.tasks
    settings, found = contest.settings, []
    for group in dict.fromkeys(groups):
        if seeds := pool.diverged(group, (*settings.seeds, *settings.test_seeds)):
            listed = ", ".join(tasks[task].name for task in group)
            numbers = ", ".join(str(seed) for seed in seeds)
            found.append(f"Training diverged for {listed} (seed {numbers}); the rest went on.")
    return tuple(found)


def incomparable(contest: Contest) -> str:
    """Why there is nothing to compare with and the way out; empty where alone and all together were
    trained."""
    n_tasks = len(contest.is_counted)
    alone_diverged = diverged(contest, alone(n_tasks))
    trouble = (*alone_diverged, *diverged(contest, together(n_tasks)))
    if not trouble:
        return ""
    way_out = " Leave such a task out, or rescale its labels." if alone_diverged else ""
    return f"{trouble[0]} So there is nothing to compare with.{way_out}"


def unheard(contest: Contest) -> tuple[str, ...]:
    """Which tasks take no part in the choice among groupings; no count, as it may be small."""
    tasks = contest.pool.examples.tasks
    names = [task.name for task, has in zip(tasks, contest.is_counted, strict=True) if not has]
    if not names:
        return ()
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    have = "has" if len(names) == 1 else "have"
    return (
        f"{', '.join(names[:_NAMED])}{more} {have} too few events or labels that differ enough "
        "among the validation rows, and so no say in which grouping is the best.",
    )


def why_none(contest: Contest, trained: Sequence[Candidate]) -> str:
    """Why no proper grouping came to the test, where none did."""
    if not any(one.is_proper for one in trained):
        return NO_OTHER if len(contest.is_counted) < 3 else "no other grouping was proposed"
    if not contest.is_counted.any():
        return "no task has enough validation labels to choose a grouping by"
    return "the training of every other grouping diverged"


def broken(contest: Contest) -> tuple[str, ...]:
    """What to know of alone and together where they break the rules."""
    n_tasks = len(contest.is_counted)
    plain = {"Each task alone": alone(n_tasks), "All together": together(n_tasks)}
    return tuple(
        f"{what} {broken_rule(contest.rules, len(partition))}; it is there to compare with."
        for what, partition in plain.items()
        if not keeps(contest.rules, Candidate(what, partition))
    )
