"""Train every group."""

from dataclasses import dataclass

from core.errors import MethodError
from core.evidence.search.candidates import list_groups
from core.evidence.search.oracle import Quest
from core.evidence.search.strategy import (
    SearchResult,
    Strategy,
    best_so_far,
    finish,
    select_measured,
)
from core.methods import knob


@dataclass(frozen=True)
class Exhaustive(Strategy):
    """All 2^T - 1 groups, then the exact selection: the true answer where it is affordable."""

    title = "Exhaustive"
    summary = "Trains every group and selects exactly; for few tasks."

    most_tasks: int = knob(8, "Largest number of tasks this is done for.", low=2, high=15)

    def default_budget(self, n_tasks: int) -> int:
        return int(2**n_tasks - 1)

    def __call__(self, quest: Quest) -> SearchResult:
        n_tasks = len(quest.oracle.task_names)
        if n_tasks > self.most_tasks:
            raise MethodError(
                f"{n_tasks} tasks have {2**n_tasks - 1} groups, too many to train them all; "
                f"use the surrogate, or at most {self.most_tasks} tasks."
            )
        measured, history = quest.start, [best_so_far(quest.start, quest.rules)]
        known = set(measured.groups)
        groups = [
            g for g in list_groups(n_tasks, quest.rules, measured.fewest) or () if g not in known
        ]
        if len(groups) > quest.left(measured):
            raise MethodError(
                f"All groups of {n_tasks} tasks need {len(groups)} measurements, but "
                f"{quest.left(measured)} are left; raise n_measured or use the surrogate."
            )
        for group in groups:
            measured = quest.oracle.measure(measured, [group])
            quest.report(measured)
        history.append(best_so_far(measured, quest.rules))
        return finish(select_measured(measured, quest.rules, quest.seed), measured, history)
