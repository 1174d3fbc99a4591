"""From contrasts to one of four answers, with its reason in a sentence (the rule is ours)."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from core import gain_words
from core.trials import Contrast, Judge, Verdict

LEVEL = 0.05
FEWEST = 19
"""Random partitions from which a gain can be in the top 5 %."""
NO_OTHER = "there is no other grouping to try"


class Answer(NamedTuple):
    """A verdict and why."""

    verdict: Verdict
    reason: str


def decide(
    n_groups: int,
    over_alone: Contrast,
    over_together: Contrast,
    together: Contrast,
    random_gains: Float[np.ndarray, " random"],
    judge: Judge,
    metric: str = "metric",
    why_none: str = NO_OTHER,
) -> Answer:
    """Grouped only where the groups beat alone *and* together, both intervals above 0, and random
    groups of the same sizes as well; else the better of together and alone where their interval
    excludes 0; else no detectable difference.

    Args:
        n_groups: of the best proper grouping; 0 where there is none.
        over_alone: its mean test gain over training alone.
        over_together: its gain beyond that of together.
        together: the gain of together against alone.
        random_gains: test gains of random partitions with its group sizes.
        judge: what the gains are measured in.
        metric: what the tasks' metric is called, where they share one.
        why_none: why there is no proper grouping, where there is none.
    """
    if np.isnan(together.value):
        return Answer(Verdict.UNDECIDED, "No task has enough test labels to judge by.")
    words = _Words(judge, metric)
    beats_both = n_groups > 0 and over_alone.low > 0 and over_together.low > 0
    if beats_both and beats_random(over_alone.value, random_gains):
        return Answer(
            Verdict.GROUPED,
            f"Train in {n_groups} groups: {words.better(over_alone)} than alone and "
            f"{words.amount(over_together)} than together{_against(random_gains, over_alone)}.",
        )
    tail = why_none
    if n_groups:
        tail = _why_not_grouped(n_groups, over_alone, over_together, random_gains, words)
    if together.low > 0:
        text = f"Train all tasks together: {words.better(together)} than alone"
        return Answer(Verdict.TOGETHER, f"{text}; {tail}.")
    if together.high < 0:
        worse = Contrast(-together.value, -together.high, -together.low)
        text = f"Train each task alone: {words.better(worse)} than together"
        return Answer(Verdict.ALONE, f"{text}; {tail}.")
    text = f"No detectable difference: together against alone {words.signed(together)}"
    return Answer(Verdict.UNDECIDED, f"{text}; {tail}.")


def beats_random(gain: float, random_gains: Float[np.ndarray, " random"]) -> bool:
    """Whether a gain is in the top 5 % of itself and its null. With fewer than 19 other partitions
    of the same sizes no gain could be; then nothing is asked of it."""
    known = random_gains[np.isfinite(random_gains)]
    if len(known) < FEWEST:
        return True
    return bool((1 + (known >= gain).sum()) / (1 + len(known)) <= LEVEL)


def _why_not_grouped(
    n_groups: int,
    over_alone: Contrast,
    over_together: Contrast,
    random_gains: Float[np.ndarray, " random"],
    words: "_Words",
) -> str:
    best = f"the best grouping ({n_groups} groups)"
    if np.isnan(over_alone.value):
        return f"{best} could not be measured"
    if over_alone.high < 0:
        return f"{best} is worse than alone ({words.signed(over_alone)})"
    if over_alone.low <= 0:
        return f"{best} is not detectably better than alone ({words.signed(over_alone)})"
    if over_together.low <= 0:
        return f"{best} is not detectably better than together ({words.signed(over_together)})"
    known = random_gains[np.isfinite(random_gains)]
    return (
        f"{best} is no better than random groups of the same sizes "
        f"({int((known >= over_alone.value).sum())} of {len(known)} did as well)"
    )


def _against(random_gains: Float[np.ndarray, " random"], gain: Contrast) -> str:
    known = random_gains[np.isfinite(random_gains)]
    if len(known) < FEWEST:
        return f" (only {len(known)} other groupings have these sizes: no test against chance)"
    return f", and {int((known < gain.value).sum())} of {len(known)} random groupings do worse"


@dataclass(frozen=True)
class _Words:
    """How gains are said: points of the tasks' metrics, or per cent of the loss."""

    judge: Judge
    metric: str

    @property
    def is_share(self) -> bool:
        return self.judge is Judge.LOSS

    def amount(self, contrast: Contrast) -> str:
        """`0.031 (0.010 to 0.052) higher`, without its subject."""
        value, low, high = (
            gain_words.amount(one, self.is_share)
            for one in (contrast.value, contrast.low, contrast.high)
        )
        return f"{value} ({low} to {high}) {'lower' if self.is_share else 'higher'}"

    def better(self, contrast: Contrast) -> str:
        """The same with its subject."""
        what = "loss" if self.is_share else self.metric
        return f"the mean test {what} is {self.amount(contrast)}"

    def signed(self, contrast: Contrast) -> str:
        """`+0.005, −0.020 to 0.030`."""
        low, high, is_share = contrast.low, contrast.high, self.is_share
        most = gain_words.places_of_both(low, high, is_share)
        value = gain_words.signed(contrast.value, is_share, most)
        return f"{value}, {gain_words.interval(low, high, is_share)}"
