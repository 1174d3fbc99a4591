"""Ways to train side by side on the test rows."""

from collections.abc import Sequence

import numpy as np

from core.evidence.bootstrap import Replicates
from core.evidence.candidate import Candidate
from core.evidence.contest import Contest
from core.evidence.counting import counts, too_few
from core.evidence.effects import (
    Reading,
    RowsUnderTest,
    contrast,
    loss_gains,
    metric_gains,
    summarise,
)
from core.evidence.gains import mean_gain
from core.evidence.partitions import alone, to_labels, together
from core.trials import Contrast, Judge, Trial
from core.values import Split


class Bench:
    """Ways to train side by side on the test rows."""

    def __init__(self, contest: Contest, replicates: Replicates) -> None:
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
