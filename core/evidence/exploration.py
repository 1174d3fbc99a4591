"""Further groups, found from what was trained so far (METHODS §7), on validation rows.

    random partitions → surrogate → expected improvement and climbs → trained → surrogate → …

Large random groups come first: a group of fourteen tells something about ninety-one pairs at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, combinations

import numpy as np
from jaxtyping import Float

from core.errors import MethodError
from core.evidence.candidate import Candidate, groups_of, serving
from core.evidence.contest import Contest
from core.evidence.gains import trained_gains
from core.evidence.partitions import Group, Partition
from core.evidence.pins import climb, from_units, keeping, keeps
from core.evidence.recombine import best_proper
from core.evidence.refine import Predict
from core.evidence.search.acquire import propose_groups
from core.evidence.search.mean import predict_mean
from core.evidence.search.measured import Measured
from core.evidence.search.pairs import from_pairs, gains_of_pairs
from core.evidence.search.rules import Rules
from core.evidence.search.select import select_groups
from core.evidence.search.surrogate import Surrogate, fit_surrogate
from core.progress import OnProgress, within

N_ROUNDS = 4
"""The first trains random partitions, the others what the surrogate asks for (ours)."""
N_FORETOLD = 2
"""Partitions that are foretold and then trained (ours)."""
N_CLIMBS = 6
"""Partitions from which the surrogate's best one is sought (ours)."""


def explore(
    contest: Contest,
    affinity: Float[np.ndarray, "task task"] | None,
    on_progress: OnProgress,
) -> tuple[Candidate, ...]:
    """Partitions put together from groups that were trained, after training more of them.

    The best by the gains as measured; the best by the gains that the surrogate expects of trained
    groups, which borrows from all others and so is fooled less by a lucky one; and the best that
    the surrogate can think of.
    """
    quest = _Quest(contest, affinity)
    settings, n_tasks = contest.settings, len(contest.is_counted)
    if settings.trains_every_group(n_tasks):
        quest.train(quest.keeping(_every_group(n_tasks)), on_progress)
    elif settings.search == "pairs":
        quest.train(quest.keeping([*combinations(range(n_tasks), 2)]), on_progress)
    elif settings.search == "surrogate":
        for number in range(N_ROUNDS):
            part = within(on_progress, number / N_ROUNDS, (number + 1) / N_ROUNDS)
            part(0.0, "choosing")
            quest.train(quest.next_groups(number), part)
    return quest.put_together(on_progress)


@dataclass(frozen=True)
class _Quest:
    """What was measured so far, and what to train next."""

    contest: Contest
    affinity: Float[np.ndarray, "task task"] | None

    @property
    def seeds(self) -> tuple[int, ...]:
        return self.contest.first

    @property
    def n_tasks(self) -> int:
        return len(self.contest.is_counted)

    @property
    def units(self) -> tuple[Group, ...]:
        """The sets of tasks that move as one."""
        return self.contest.rules.units(self.n_tasks)

    def train(self, groups: Iterable[Group], on_progress: OnProgress) -> None:
        self.contest.pool.train(groups, self.seeds, on_progress)

    def keeping(self, groups: Sequence[Group]) -> list[Group]:
        """The groups that keep the rules, and the single tasks."""
        kept = set(keeping(self.contest.rules, groups, self.n_tasks))
        return [group for group in groups if group in kept or len(group) == 1]

    def next_groups(self, number: int) -> tuple[Group, ...]:
        """The share of the budget that this round may train."""
        left = self.contest.most_groups - len(self.contest.pool.groups)
        n = left // (N_ROUNDS - number)
        if n < 1:
            return ()
        measured = self.measured()
        if number == 0 or len(measured.groups) <= self.n_tasks:
            return self._random_groups(n)
        surrogate = fit_surrogate(measured, self.affinity)
        climbed = [group for one in self._climb(_mean_of(surrogate)) for group in one]
        known = set(self.contest.pool.groups)
        new = [group for group in dict.fromkeys(climbed) if group not in known][: n // 2]
        seed = self.contest.settings.seed + number
        rules = self.contest.rules
        asked = propose_groups(measured, n - len(new), None, rules, self.affinity, seed)
        return tuple(dict.fromkeys([*new, *asked]))

    def put_together(self, on_progress: OnProgress) -> tuple[Candidate, ...]:
        """Partitions of trained groups; those that the surrogate thinks of are trained for it."""
        measured = self.measured()
        if len(measured.groups) <= self.n_tasks:
            return ()
        surrogate = fit_surrogate(measured, self.affinity)
        found = {
            "search: best groups as measured": measured.gains,
            "search: best groups as expected": surrogate.settled(),
        }
        most = -(-self.contest.settings.n_finalists // len(found))
        rules = self.contest.rules
        kept = set(keeping(rules, measured.groups, self.n_tasks))
        rows = [row for row, group in enumerate(measured.groups) if group in kept]
        groups = [measured.groups[row] for row in rows]
        candidates: list[Candidate] = []
        for origin, gains in found.items():
            if rules.overlap:
                candidates += _with_helpers(origin, groups, gains[rows], rules)
            best = best_proper(groups, gains[rows], most, rules.networks)
            candidates += [Candidate(origin, one) for one in best]
        return (*candidates, *self._foretold(measured, surrogate, on_progress))

    def _foretold(
        self, measured: Measured, surrogate: Surrogate, on_progress: OnProgress
    ) -> list[Candidate]:
        """Partitions of groups that nobody trained yet, trained now."""
        settings = self.contest.settings
        if settings.search == "none" or settings.trains_every_group(self.n_tasks):
            return []
        predict = _mean_of(surrogate)
        if settings.search == "pairs":
            pair_gains = gains_of_pairs(measured)
            predict = partial(from_pairs, pair_gains)
        climbed = [Candidate("search: expected to be best", one) for one in self._climb(predict)]
        rules = self.contest.rules
        kept = [one for one in climbed if one.is_proper and keeps(rules, one)][:N_FORETOLD]
        self.train(groups_of(kept), on_progress)
        return kept

    def measured(self) -> Measured:
        """Of every group so far."""
        contest = self.contest
        return trained_gains(contest.pool, self.seeds, contest.settings.judge, contest.is_counted)

    def _random_groups(self, n: int) -> tuple[Group, ...]:
        """Groups of even random partitions into 2, 3, 2, 4, 2, … groups."""
        rng = np.random.default_rng(self.contest.settings.seed)
        found: dict[Group, None] = {}
        for number in range(n):
            parts = 2 if number % 2 == 0 else 3 + number // 2 % 2
            labels = rng.permutation(np.arange(len(self.units)) % parts)
            drawn = from_units(self.contest.rules, labels, self.n_tasks)
            found.update(dict.fromkeys(drawn))
            if len(found) >= n:
                break
        return tuple(found)[:n]

    def _climb(self, predict: Predict) -> list[Partition]:
        """What a model of gains likes best, from random partitions; the best first."""
        rng = np.random.default_rng(self.contest.settings.seed)
        found: dict[Partition, float] = {}
        for number in range(N_CLIMBS):
            labels = rng.integers(0, 2 + number % 3, len(self.units))
            start = from_units(self.contest.rules, labels, self.n_tasks)
            top = climb(self.contest.rules, start, predict)
            found[top] = float(np.nansum(predict(top)))
        return sorted(found, key=lambda one: -found[one])


def _with_helpers(
    origin: str, groups: Sequence[Group], gains: Float[np.ndarray, "group task"], rules: Rules
) -> list[Candidate]:
    """The best that may overlap; none where what was trained cannot serve every task in as few
    networks, as where the large groups diverged."""
    try:
        chosen = select_groups(groups, gains, rules)
    except MethodError:
        return []
    return [serving(origin, chosen.groups, chosen.assignment)]


def _mean_of(surrogate: Surrogate) -> Predict:
    """What a surrogate expects of groups."""
    return partial(predict_mean, surrogate)


def _every_group(n_tasks: int) -> list[Group]:
    sizes = range(1, n_tasks + 1)
    return list(chain.from_iterable(combinations(range(n_tasks), size) for size in sizes))
