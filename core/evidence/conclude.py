"""The evidence as one value: what is known on the way, and the conclusion from the test rows."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.evidence.advise import advise
from core.evidence.age import rules_of_today
from core.evidence.bench import Bench
from core.evidence.bootstrap import Replicates
from core.evidence.candidate import Candidate, groups_of
from core.evidence.contest import Contest
from core.evidence.counting import too_few
from core.evidence.decide import Answer, decide
from core.evidence.notes import broken, diverged, incomparable, unheard, why_none
from core.evidence.partitions import to_labels
from core.evidence.scoring import chance_every_way
from core.progress import OnProgress, silent
from core.training import METRICS, main_metric
from core.trials import Contrast, Evidence, Gains, Trial, Verdict
from core.values import Split

UNKNOWN = Contrast(float("nan"), float("nan"), float("nan"))


def preliminary(contest: Contest, ranked: Sequence[Candidate], seeds: tuple[int, ...]) -> Evidence:
    """What the validation rows say so far; no test row was looked at."""
    trials = _untested(contest, ranked, seeds)
    answer = Answer(Verdict.UNDECIDED, "Training goes on; nothing was looked at on test rows yet.")
    return _evidence(contest, trials, answer, ranked, is_final=False)


def conclude(
    contest: Contest,
    finalists: Sequence[Candidate],
    trained: Sequence[Candidate],
    null: Sequence[Candidate],
    replicates: Replicates,
    on_progress: OnProgress = silent,
) -> Evidence:
    """Judge the finalists on the test rows.

    Args:
        contest: holds the trained networks.
        finalists: the best on validation first; alone and together among them.
        trained: every candidate that was trained; finalists are not repeated.
        null: random partitions with the group sizes of the best proper finalist.
        replicates: bootstrap weights of the test rows and the seeds.
        on_progress: told the finished share; may raise Cancelled.
    """
    bench = Bench(contest, replicates)
    bench.rows.read(groups_of(finalists), on_progress)
    best = next((one for one in finalists if one.is_proper), None)
    random_gains = bench.plain_gains(null)
    over_alone = bench.contrast(best, bench.alone) if best else UNKNOWN
    over_together = bench.contrast(best, bench.together) if best else UNKNOWN
    plain = bench.contrast(bench.together, bench.alone)
    judge, metric = contest.settings.judge, _metric_name(contest)
    gains = (over_alone, over_together, plain, random_gains)
    n_groups, why = len(best.groups) if best else 0, why_none(contest, trained)
    answer = decide(n_groups, *gains, judge, metric, why)
    if trouble := incomparable(contest):
        answer = Answer(Verdict.UNDECIDED, trouble)
    tested = {one.way for one in finalists}
    untested = [one for one in trained if one.way not in tested]
    return _evidence(
        contest,
        [
            *(bench.trial(one) for one in finalists),
            *_untested(contest, untested, contest.first),
        ],
        answer,
        finalists,
        is_final=True,
        scored=tuple(METRICS),
        chance=chance_every_way(contest.pool.examples, contest.pool.test_rows),
        best=best,
        random_gains=random_gains,
        grouped_over_alone=over_alone,
        grouped_over_together=over_together,
        together_over_alone=plain,
    )


def _metric_name(contest: Contest) -> str:
    """What the metric is called that all tasks are judged by; `metric` where they differ."""
    keys = {main_metric(task.kind) for task in contest.pool.examples.tasks}
    return METRICS[keys.pop()].title if len(keys) == 1 else "metric"


def _untested(
    contest: Contest, candidates: Sequence[Candidate], seeds: tuple[int, ...]
) -> list[Trial]:
    unknown = np.full(len(contest.is_counted), np.nan)
    return [
        Trial(
            origin=one.origin,
            labels=to_labels(one.partition),
            learned=one.learned,
            n_seeds=len(seeds),
            validation_gain=contest.gain(one, seeds),
            metric=unknown,
            metric_gains=Gains(*[unknown] * 4),
            loss_gains=Gains(*[unknown] * 4),
            metric_gain=UNKNOWN,
            loss_gain=UNKNOWN,
        )
        for one in candidates
    ]


def _evidence(
    contest: Contest,
    trials: Sequence[Trial],
    answer: Answer,
    ranked: Sequence[Candidate],
    is_final: bool,
    best: Candidate | None = None,
    **measured: Any,
) -> Evidence:
    examples, pool = contest.pool.examples, contest.pool
    advised, reason = advise(contest, answer, best, ranked)
    ways = [(trial.labels.tolist(), trial.learned) for trial in trials]
    blank = {
        "grouped_over_alone": UNKNOWN,
        "grouped_over_together": UNKNOWN,
        "together_over_alone": UNKNOWN,
        "random_gains": np.zeros(0),
    }
    return Evidence(
        task_names=tuple(task.name for task in examples.tasks),
        judge=contest.settings.judge,
        trials=tuple(trials),
        best=ways.index((to_labels(best.partition).tolist(), best.learned)) if best else -1,
        verdict=answer.verdict,
        reason=reason,
        labels=to_labels(advised.partition),
        learned=advised.learned,
        metrics=tuple(main_metric(task.kind) for task in examples.tasks),
        excluded=too_few(examples, Split.TEST),
        n_seeds=contest.settings.n_seeds,
        n_networks=pool.n_networks,
        n_measured=len(pool.groups),
        is_final=is_final,
        rules=rules_of_today(),
        notes=(*diverged(contest, pool.groups), *unheard(contest), *broken(contest)),
        **{**blank, **measured},
    )
