"""The default strategy: measure a few groups, model the rest, select exactly."""

from dataclasses import dataclass, replace

import numpy as np

from core.evidence.search.acquire import Acquisition, foreseen, propose_groups
from core.evidence.search.measured import Measured
from core.evidence.search.oracle import Quest
from core.evidence.search.select import select_groups
from core.evidence.search.strategy import SearchResult, Strategy, best_so_far, finish
from core.evidence.search.surrogate import fit_surrogate
from core.methods import knob

_ONE_BY_ONE = 8
"""Up to so many tasks groups are chosen one at a time."""


@dataclass(frozen=True)
class Modelled(Strategy):
    """A surrogate foretells the gains of all groups and says which to train next (METHODS §7)."""

    title = "Surrogate"
    summary = "Trains the groups expected to improve the selection most, and models the others."

    batch: int = knob(0, "Groups trained at once; 0 takes 1 up to 8 tasks, then T / 4.", low=0)
    n_draws: int = knob(64, "Draws of the surrogate's posterior for each choice.", low=4, high=512)
    pool: int = knob(300, "Unmeasured groups considered at once.", low=10, high=2000)
    caution: float = knob(
        1.0, "Standard errors taken off a group that was not trained.", low=0.0, high=10.0
    )

    def default_budget(self, n_tasks: int) -> int:
        """3 T groups of two or more, beside the T single tasks, which gain 0 by definition."""
        return 4 * n_tasks

    def __call__(self, quest: Quest) -> SearchResult:
        n_tasks = len(quest.oracle.task_names)
        batch = self.batch or (1 if n_tasks <= _ONE_BY_ONE else n_tasks // 4)
        measured, history = quest.start, [best_so_far(quest.start, quest.rules)]
        while quest.left(measured) > 0:
            groups = propose_groups(
                measured,
                min(batch, quest.left(measured)),
                Acquisition(n_draws=self.n_draws, pool=self.pool),
                quest.rules,
                quest.affinity,
                quest.seed + len(history),
                quest.oracle.cost,
            )
            if not groups:
                break
            measured = quest.oracle.measure(measured, groups)
            history.append(best_so_far(measured, quest.rules))
            quest.report(measured)
        return self._select(quest, measured, history)

    def _select(self, quest: Quest, measured: Measured, history: list[float]) -> SearchResult:
        """Among measured groups and those foretold, these at their cautious gain."""
        surrogate = fit_surrogate(measured, quest.affinity)
        known = surrogate.settled()
        pool = foreseen(surrogate, quest.rules, self.pool, quest.oracle.cost)
        groups = (*measured.groups, *pool)
        mean, error = surrogate.predict(pool)
        gains = np.concatenate([known, mean - self.caution * error])
        costs = np.concatenate([measured.costs, quest.oracle.cost(pool)])
        chosen = select_groups(
            groups, gains, quest.rules, costs, measured.task_names, seed=quest.seed
        )
        listed = list(zip(groups, costs.tolist(), strict=True))
        rows = [listed.index(key) for key in zip(chosen.groups, chosen.costs.tolist(), strict=True)]
        place = (np.array(rows)[chosen.assignment], np.arange(len(chosen.gains)))
        means = np.concatenate([known, mean])
        errors = np.concatenate([np.zeros(measured.gains.shape), error])
        return finish(replace(chosen, gains=means[place]), measured, history, errors[place])
