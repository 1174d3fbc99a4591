"""What was tested against training alone, and how sure it is."""

from collections.abc import Mapping
from typing import Any

from core.gain_words import interval, score, signed
from core.report import words
from core.report.story.blocks import EXPERTS, Chart, Grid, Interval, Lines, Section
from core.report.story.contrasts import interval_of, measured, metric_title, sentence_of
from core.report.story.facts import Facts
from core.training import METRICS

OUTCOMES = {
    "win": "better",
    "tie": "no clear change",
    "loss": "worse",
    "not judged": "too few to judge",
}
JUDGED = ("win", "tie", "loss")


def tested_section(facts: Facts) -> Section:
    """Absolute numbers with their intervals; before anything was trained, that it is missing."""
    title = "What was tested"
    if facts.evidence is None:
        return Section("tested", title, (Lines((words.MISSING_EVIDENCE,)),))
    charts = [_means(facts)] if measured(facts) else []
    return Section(
        "tested",
        title,
        (
            Lines(tuple(sentence_of(facts, one) for one in measured(facts))),
            *charts,
            Lines(summary_lines(facts), is_list=True),
            _per_task(facts),
            *_task_chart(facts),
            Lines((budget(facts),), audiences=EXPERTS),
        ),
    )


def budget(facts: Facts) -> str:
    """What was trained."""
    evidence = facts.evidence
    assert evidence is not None
    return words.budget(
        evidence["n_networks_trained"], evidence["n_groups_trained"], evidence["n_seeds"]
    )


def summary_lines(facts: Facts) -> tuple[str, ...]:
    """Wins and losses, harm, the random groupings, who was not counted."""
    evidence = facts.evidence
    assert evidence is not None
    lines = []
    for way, trial in (
        ("one shared model", evidence["together"]),
        ("the best groups", facts.best_grouping),
    ):
        if trial and trial["per_task"]:
            found = [row["outcome"] for row in trial["per_task"]]
            counts = [found.count(outcome) for outcome in JUDGED]
            lines.append(words.score(way, *counts))
    lines.append(words.harmed(_harmed(facts)))
    if band := random_band(facts):
        lines.append(band)
    skipped = [entry["task"] for entry in evidence["not_counted"]]
    return (*lines, words.not_counted(skipped))


def _harmed(facts: Facts) -> tuple[str, ...]:
    """Tasks that one shared model or the best groups clearly harm."""
    assert facts.evidence is not None
    trials = (facts.evidence["together"], facts.best_grouping)
    rows = [row for trial in trials if trial for row in trial["per_task"] or ()]
    lost = {row["task"] for row in rows if row["outcome"] == "loss"}
    return tuple(name for name in facts.task_names if name in lost)


def random_band(facts: Facts) -> str:
    """The best grouping beside random ones; empty where there were none."""
    evidence, best = facts.evidence, facts.best_grouping
    assert evidence is not None
    gains = [gain for gain in evidence["random"]["gains"] if gain is not None]
    if not gains or best is None or best["gain_mean"] is None:
        return ""
    n_worse = sum(gain < best["gain_mean"] for gain in gains)
    return words.random_band(len(gains), min(gains), max(gains), n_worse, facts.is_share)


def _means(facts: Facts) -> Chart:
    intervals = tuple(interval_of(facts, one) for one in measured(facts))
    return Chart(
        "Mean gain, with its 95 % range",
        _axis(facts),
        intervals,
        "; ".join(f"{one.name}: {one.text}" for one in intervals),
        facts.is_share,
    )


def _axis(facts: Facts) -> str:
    if facts.is_share:
        return "Loss saved; right of 0 is better"
    return f"Gain in {metric_title(facts)}; right of 0 is better"


def shown_trial(facts: Facts) -> tuple[str, Mapping[str, Any]] | None:
    """The way to share that is shown task by task: what the verdict names, else the groups."""
    evidence = facts.evidence
    if evidence is None:
        return None
    if facts.verdict != "together" and facts.best_grouping and facts.best_grouping["per_task"]:
        return "the best groups", facts.best_grouping
    return ("one shared model", evidence["together"]) if evidence["together"]["per_task"] else None


def _task_chart(facts: Facts) -> tuple[Chart, ...]:
    shown = shown_trial(facts)
    if shown is None:
        return ()
    way, trial = shown
    intervals = tuple(
        Interval(row["task"], row["gain"], row["gain_low"], row["gain_high"], _gain(facts, row))
        for row in trial["per_task"]
        if row["gain"] is not None and row["gain_low"] is not None
    )
    alt = "; ".join(f"{one.name}: {one.text}" for one in intervals)
    title = f"Every outcome: {way} against alone"
    return (Chart(title, _axis(facts), intervals, alt, facts.is_share),) if intervals else ()


def _per_task(facts: Facts) -> Grid:
    """Every task three ways."""
    evidence = facts.evidence
    assert evidence is not None
    ways = [evidence["alone"], evidence["together"], facts.best_grouping]
    tables = [(way or {}).get("per_task") or [] for way in ways]
    shown = shown_trial(facts)
    gains = {row["task"]: row for row in (shown[1]["per_task"] if shown else ())}
    rows = []
    for number, name in enumerate(facts.task_names):
        first = next((table[number] for table in tables if table), None)
        metrics = [score(table[number]["metric"]) if table else "–" for table in tables]
        gain = gains.get(name)
        rows.append(
            (
                name,
                METRICS[first["metric_name"]].title if first else "–",
                *metrics,
                _gain(facts, gain) if gain else "–",
                OUTCOMES[gain["outcome"]] if gain else "–",
            )
        )
    way = shown[0] if shown else "sharing"
    columns = ("Outcome", "Score", "Alone", "All shared", "Best groups", f"Gain of {way}", "Result")
    return Grid(
        "Every outcome on the test patients",
        columns,
        tuple(rows),
        (False, False, True, True, True, True, False),
    )


def _gain(facts: Facts, row: Mapping[str, Any]) -> str:
    gain = signed(row["gain"], facts.is_share)
    if row["gain_low"] is None:
        return gain
    return f"{gain} ({interval(row['gain_low'], row['gain_high'], facts.is_share)})"
