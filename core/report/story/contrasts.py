"""Ways to train against each other, in words and as intervals."""

from dataclasses import dataclass

from core.gain_words import with_interval
from core.report import words
from core.report.story.blocks import Interval
from core.report.story.facts import Facts
from core.training import METRICS

KEYS = {
    "together_over_alone": ("one shared model", "each outcome alone"),
    "grouped_over_alone": ("the best groups", "each outcome alone"),
    "grouped_over_together": ("the best groups", "one shared model"),
}
TELLING = {
    "alone": "together_over_alone",
    "together": "together_over_alone",
    "no detectable difference": "together_over_alone",
    "grouped": "grouped_over_alone",
}
"""The contrast that a verdict rests on first."""


@dataclass(frozen=True)
class Measured:
    """A contrast that was measured."""

    key: str
    value: float
    low: float
    high: float


def measured(facts: Facts) -> tuple[Measured, ...]:
    """Every contrast that has a number."""
    if facts.evidence is None:
        return ()
    found = ((key, facts.evidence[key]) for key in KEYS)
    return tuple(
        Measured(key, one["value"], one["low"], one["high"])
        for key, one in found
        if one["value"] is not None
    )


def telling_contrast(facts: Facts) -> Measured | None:
    """The one that the verdict rests on; None where it was not measured."""
    if facts.verdict is None:
        return None
    return next((one for one in measured(facts) if one.key == TELLING[facts.verdict]), None)


def sentence_of(facts: Facts, contrast: Measured) -> str:
    """A contrast in a sentence."""
    better, worse = KEYS[contrast.key]
    return words.comparison(
        better, worse, metric_title(facts), contrast.value, contrast.low, contrast.high
    )


def interval_of(facts: Facts, contrast: Measured) -> Interval:
    """A contrast as a row of a chart."""
    better, worse = KEYS[contrast.key]
    text = with_interval(contrast.value, contrast.low, contrast.high, facts.is_share)
    name = f"{better} against {worse}"
    return Interval(name[0].upper() + name[1:], contrast.value, contrast.low, contrast.high, text)


def metric_title(facts: Facts) -> str:
    """`AUROC` where all tasks are judged by it, `score` where they differ, `loss` by loss."""
    if facts.is_share:
        return "loss"
    assert facts.evidence is not None
    rows = facts.evidence["alone"]["per_task"] or []
    titles = {METRICS[row["metric_name"]].title for row in rows}
    return titles.pop() if len(titles) == 1 else "score"
