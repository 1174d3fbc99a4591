"""Candidates are trained, thinned out on validation rows, and the survivors judged on test rows.

candidates → first seeds → search → finalists, all seeds → finalists and random groups, new seeds
→ test rows → verdict
"""

from collections.abc import Callable, Iterable

import numpy as np
from jaxtyping import Float

from core.evidence.bootstrap import draw_replicates
from core.evidence.candidate import Candidate, admit, groups_of, random_like
from core.evidence.conclude import conclude, preliminary
from core.evidence.contest import Contest
from core.evidence.counting import counts, too_few
from core.evidence.exploration import explore
from core.evidence.pins import keeps
from core.evidence.pool import Pool, TrainedStore
from core.evidence.settings import Validation
from core.progress import OnProgress, silent, within
from core.training import Examples, TrunkFactory
from core.trials import Evidence
from core.values import Split

OnPartial = Callable[[Evidence], None]


def validate_grouping(
    examples: Examples,
    candidates: Iterable[Candidate],
    settings: Validation | None = None,
    affinity: Float[np.ndarray, "task task"] | None = None,
    device: str = "auto",
    on_progress: OnProgress = silent,
    on_partial: OnPartial | None = None,
    store: TrainedStore | None = None,
    trunk: TrunkFactory | None = None,
) -> Evidence:
    """Train the candidates and say whether grouping helps.

    Every task alone and all together are always trained. What is trained is chosen on validation
    rows only; test rows are looked at once, at the end, for the finalists and the random groups, by
    networks that had no part in the choice.

    Args:
        examples: what networks are trained on, with the split of the rows.
        candidates: the best first; those beyond the budget of distinct groups are left out, and
            those that break the rules of the settings.
        settings: `Validation()` when None.
        affinity: similarity of the tasks in [0, 1], a prior of the search.
        device: `auto`, `cpu` or `cuda`.
        on_progress: told the finished share; may raise Cancelled.
        on_partial: given what is known so far whenever more is.
        store: where finished networks are kept and found again, all with the same trunk.
        trunk: makes the trunk of a seed in place of the one that the settings name; rows
            [row, input] in, features [row, unit] out.

    Raises:
        Cancelled: from `on_progress`; what was finished is in the store.
        MethodError: every group of too many tasks is asked for, rules that contradict, or a trunk
            that mixes rows.
    """
    settings = settings or Validation()
    settings.check_search(len(examples.tasks))
    pool = Pool(examples, settings.trainer, device, store, trunk)
    contest = Contest(pool, settings, counts(too_few(examples, Split.VALIDATION)))
    tell = on_partial or (lambda evidence: None)
    open_ = (one for one in (contest.least, *candidates) if keeps(contest.rules, one))
    entrants = admit(open_, len(examples.tasks), contest.most_groups)
    first = contest.first
    pool.train(groups_of(entrants), first, _phase(on_progress, 0.0, 0.35, "candidates"))
    tell(preliminary(contest, contest.rank(entrants, first), first))
    found = explore(contest, affinity, _phase(on_progress, 0.35, 0.6, "groups of the search"))
    ranked = contest.rank((*entrants, *found), first)
    tell(preliminary(contest, ranked, first))
    finalists = contest.finalists(ranked)
    more = _phase(on_progress, 0.6, 0.7, "finalists")
    pool.train(groups_of(finalists), settings.seeds, more)
    finalists = contest.rank(finalists, settings.seeds)
    tell(preliminary(contest, contest.rank((*finalists, *ranked), first), first))
    more = _phase(on_progress, 0.7, 0.85, "networks to be judged")
    pool.train(groups_of(finalists), settings.test_seeds, more)
    finalists = contest.sound_first(finalists)
    best = next((one for one in finalists if one.is_proper), None)
    null = () if best is None else random_like(best, settings.n_random, settings.seed)
    more = _phase(on_progress, 0.85, 0.95, "random groupings")
    pool.train(groups_of(null), settings.null, more)
    patient = examples.patient[pool.test_rows]
    replicates = draw_replicates(patient, settings.n_seeds, settings.n_replicates, settings.seed)
    more = within(on_progress, 0.95, 1.0)
    return conclude(contest, finalists, ranked, null, replicates, more)


def _phase(on_progress: OnProgress, start: float, stop: float, what: str) -> OnProgress:
    """Fills a part of the progress and says what is trained, not how far each network is."""
    share = within(on_progress, start, stop)
    return lambda fraction, _: share(fraction, f"training the {what}")
