"""The evidence as one value: what is known on the way, and the conclusion from the test rows."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from core.evidence.bootstrap import Replicates
from core.evidence.candidate import Candidate, groups_of
from core.evidence.counting import counts, too_few
from core.evidence.decide import Answer, decide
from core.evidence.effects import (
    Reading,
    RowsUnderTest,
    contrast,
    loss_gains,
    metric_gains,
    summarise,
)
from core.evidence.gains import mean_gain
from core.evidence.notes import broken, diverged, incomparable, unheard, why_none
from core.evidence.partitions import alone, to_labels, together
from core.evidence.pins import broken_rule, keeps
from core.evidence.scoring import chance_every_way
from core.progress import OnProgress, silent
from core.training import METRICS, main_metric
from core.trials import Contrast, Evidence, Gains, Judge, Trial, Verdict
from core.values import Split

if TYPE_CHECKING:
    from core.evidence.contest import Contest

HELPERS = "Some tasks also help in a network that does not predict them."
UNKNOWN = Contrast(float("nan"), float("nan"), float("nan"))


def preliminary(
    contest: "Contest", ranked: Sequence[Candidate], seeds: tuple[int, ...]
) -> Evidence:
    """What the validation rows say so far; no test row was looked at."""
    trials = _untested(contest, ranked, seeds)
    answer = Answer(Verdict.UNDECIDED, "Training goes on; nothing was looked at on test rows yet.")
    return _evidence(contest, trials, answer, ranked, is_final=False)


def conclude(
    contest: "Contest",
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
    bench = _Bench(contest, replicates)
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


class _Bench:
    """Ways to train side by side on the test rows."""

    def __init__(self, contest: "Contest", replicates: Replicates) -> None:
        self.contest = contest
        n_tasks = len(contest.is_counted)
        self.alone = Candidate("each task alone", alone(n_tasks))
        self.together = Candidate("all tasks together", together(n_tasks))
        self.is_counted = counts(too_few(contest.pool.examples, Split.TEST))
        self.rows = RowsUnderTest(contest.pool, contest.settings.test_seeds, replicates)

    def gains(
        self, candidate: Candidate, judge: Judge, rows: RowsUnderTest | None = None
    ) -> Reading:
        """Gains of every task over training alone."""
        on = rows or self.rows
        if judge is Judge.METRIC:
            return metric_gains(on.metrics(*candidate.way), on.metrics(*self.alone.way))
        return loss_gains(on.losses(*candidate.way), on.losses(*self.alone.way))

    def contrast(self, better: Candidate, reference: Candidate) -> Contrast:
        """How much more one way to train gains than another, in what is judged by."""
        judge = self.contest.settings.judge
        return contrast(self.gains(better, judge), self.gains(reference, judge), self.is_counted)

    def plain_gains(self, candidates: Sequence[Candidate]) -> np.ndarray:
        """Float[candidate]: mean gains without intervals, on the seeds of random partitions."""
        judge = self.contest.settings.judge
        rows = RowsUnderTest(self.contest.pool, self.contest.settings.null, None)
        gains = [self.gains(candidate, judge, rows).value for candidate in candidates]
        return np.array([mean_gain(gain, self.is_counted) for gain in gains], dtype=np.float64)

    def trial(self, candidate: Candidate) -> Trial:
        """A finalist with what it does to every task."""
        settings = self.contest.settings
        metric, loss = (self.gains(candidate, judge) for judge in (Judge.METRIC, Judge.LOSS))
        none = Reading(np.zeros_like(metric.value), np.zeros_like(metric.replicates))
        return Trial(
            origin=candidate.origin,
            labels=to_labels(candidate.partition),
            learned=candidate.learned,
            n_seeds=settings.n_seeds,
            validation_gain=self.contest.gain(candidate, settings.seeds),
            metric=self.rows.metrics(*candidate.way).value,
            metric_gains=summarise(metric, self.is_counted),
            loss_gains=summarise(loss, self.is_counted),
            metric_gain=contrast(metric, none, self.is_counted),
            loss_gain=contrast(loss, none, self.is_counted),
            scores=self.rows.scores(*candidate.way),
        )


def _advised(
    contest: "Contest", answer: Answer, best: Candidate | None, ranked: Sequence[Candidate]
) -> tuple[Candidate, str]:
    """What the answer amounts to, with its reason. Where that breaks the rules: instead of alone
    what the rules ask for at least, instead of together the best, and where alone is better but
    takes too many networks whatever does best in as many as there may be."""
    n_tasks, rules = len(contest.is_counted), contest.rules
    meant, instead = Candidate("each task alone", alone(n_tasks)), contest.least
    if answer.verdict is Verdict.GROUPED and best is not None:
        meant = best
    elif answer.verdict is Verdict.TOGETHER:
        meant, instead = Candidate("all tasks together", together(n_tasks)), best or contest.least
    elif answer.verdict is Verdict.ALONE and rules.networks is not None:
        instead = next((one for one in ranked if keeps(rules, one)), contest.least)
    chosen, reason = meant, answer.reason
    if not keeps(rules, meant):
        broken = broken_rule(rules, len(meant.groups))
        chosen, reason = (
            instead,
            f"{reason} {meant.origin.capitalize()} {broken}; what is advised keeps to it.",
        )
    return chosen, f"{reason} {HELPERS}" if chosen.learned else reason


def _metric_name(contest: "Contest") -> str:
    """What the metric is called that all tasks are judged by; `metric` where they differ."""
    keys = {main_metric(task.kind) for task in contest.pool.examples.tasks}
    return METRICS[keys.pop()].title if len(keys) == 1 else "metric"


def _untested(
    contest: "Contest", candidates: Sequence[Candidate], seeds: tuple[int, ...]
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
    contest: "Contest",
    trials: Sequence[Trial],
    answer: Answer,
    ranked: Sequence[Candidate],
    is_final: bool,
    best: Candidate | None = None,
    **measured: Any,
) -> Evidence:
    examples, pool = contest.pool.examples, contest.pool
    advised, reason = _advised(contest, answer, best, ranked)
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
        notes=(*diverged(contest, pool.groups), *unheard(contest), *broken(contest)),
        **{**blank, **measured},
    )
