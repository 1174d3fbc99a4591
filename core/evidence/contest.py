"""Which candidate does best on validation rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool

from core.evidence.candidate import Candidate
from core.evidence.gains import partition_gain
from core.evidence.pins import least_sharing
from core.evidence.pool import Pool
from core.evidence.search.rules import Rules
from core.evidence.settings import Validation


@dataclass(frozen=True)
class Contest:
    """Ranks candidates by their mean validation gain over the tasks that count there."""

    pool: Pool
    settings: Validation
    is_counted: Bool[np.ndarray, " task"]

    @property
    def most_groups(self) -> int:
        """Distinct groups that may be trained before the finalists are known."""
        return self.settings.groups_per_task * len(self.is_counted)

    @property
    def first(self) -> tuple[int, ...]:
        """The seeds that decide which groupings are tested."""
        return self.settings.first(len(self.is_counted))

    @cached_property
    def rules(self) -> Rules:
        """Who is together and who is apart in what can be chosen."""
        return self.settings.rules(tuple(task.name for task in self.pool.examples.tasks))

    @cached_property
    def least(self) -> Candidate:
        """What the rules ask for and nothing beyond: pinned tasks together, all others alone, or
        in as few networks as there may be."""
        return least_sharing(self.rules, len(self.is_counted))

    def gain(self, candidate: Candidate, seeds: tuple[int, ...]) -> float:
        """Mean validation gain; NaN where a network of the candidate diverged."""
        judge, learned = self.settings.judge, candidate.groups
        return partition_gain(
            self.pool, candidate.partition, seeds, self.is_counted, judge, learned
        )

    def rank(
        self, candidates: Sequence[Candidate], seeds: tuple[int, ...]
    ) -> tuple[Candidate, ...]:
        """Distinct candidates, the best first; ties keep their order, those that diverged last."""
        distinct: dict[object, Candidate] = {}
        for one in candidates:
            distinct.setdefault(one.way, one)
        gains = {key: self.gain(one, seeds) for key, one in distinct.items()}
        order = sorted(distinct, key=lambda key: (np.isnan(gains[key]), -gains[key]))
        return tuple(distinct[key] for key in order)

    def finalists(self, ranked: Sequence[Candidate]) -> tuple[Candidate, ...]:
        """The best proper groupings that did not diverge, with alone, together and what the rules
        ask for at least."""
        proper = [
            one for one in ranked if one.is_proper and np.isfinite(self.gain(one, self.first))
        ]
        plain = [one for one in ranked if not one.is_proper or one.way == self.least.way]
        return tuple(dict.fromkeys((*proper[: self.settings.n_finalists], *plain)))

    def sound_first(self, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
        """The same order, but those of which a network to be judged diverged last."""
        seeds, pool = self.settings.test_seeds, self.pool
        return tuple(
            sorted(
                candidates,
                key=lambda one: any(pool.diverged(group, seeds) for group in one.groups),
            )
        )
