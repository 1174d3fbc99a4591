"""`taskscape validate`: train what a run proposes, and print the verdict."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.command.options import as_option
from core.command.watch import letter, watch
from core.errors import RunError
from core.gain_words import interval, score, with_interval
from core.report.clean import clean

if TYPE_CHECKING:
    from core.trials import Contrast, Evidence, Trial
    from core.validation import Cost
    from core.values import Report


def validate_run(
    path: Path,
    as_json: bool,
    *,
    preset: str,
    seeds: int | None,
    search: str | None = None,
    together: Sequence[str] = (),
    apart: Sequence[str] = (),
    networks: int | None = None,
    groupings: Sequence[str],
) -> int:
    """Start the training of a finished run's candidates and watch it; returns the exit status.

    Raises:
        RunError: the run has no current report, or is at work.
        MethodError: an unknown preset or search, every group of too many tasks, seeds out of
            range, a grouping that fits no partition, or rules that contradict each other.
    """
    from core.evidence import validation_preset, with_seeds
    from core.machine.gpu import device_here
    from core.runs import EVIDENCE, Asked, Run
    from core.runs.pace import pace_here
    from core.validation import estimate_cost

    run = Run(path)
    if run.report().provenance.get("plan") != run.spec.plan:
        raise RunError(f"The report of {run.id} is of an earlier plan; resume the run first.")
    with as_option("--seeds", "n_seeds", seeds):
        settings = with_seeds(validation_preset(preset), seeds, search=search)
    settings = replace(settings, together=_sets(together), apart=_sets(apart), networks=networks)
    hand_made = tuple(_groups(text) for text in groupings)
    run.ask_validation(Asked(settings, hand_made))
    cost = estimate_cost(run.report(), settings, hand_made)
    pace = pace_here(run.path.resolve().parent, device_here(run.plan.device))
    click.echo(_told(cost, pace), err=True)
    return watch(run, as_json, EVIDENCE, summarise)


def _told(cost: "Cost", pace: float) -> str:
    """What the training will take, before it starts."""
    seconds = pace * cost.seconds
    time = f"{seconds:.0f} seconds" if seconds < 90 else f"{seconds / 60:.0f} minutes"
    return (
        f"some {cost.n_networks:,} networks of {cost.n_groups:,} groups, about {time} on this "
        "machine; what is trained is kept when you stop it"
    )


def summarise(report: "Report") -> str:
    """The verdict, the groups and every task's metric three ways, for a terminal."""
    evidence = report.evidence
    if evidence is None:
        raise RunError("The run has no evidence; validate it again.")
    groups = zip(evidence.advised.groups(report.task_names), evidence.helpers, strict=True)
    return "\n".join(
        [
            f"verdict: {evidence.verdict}",
            report.recommended.reason,
            "",
            *(f"{letter(i):>5}  {_who(*group)}" for i, group in enumerate(groups)),
            "",
            *_tasks(evidence),
            "",
            f"Mean gain in the test {evidence.judge} (95 % interval)",
            f"  together over alone     {_interval(evidence.together_over_alone, evidence)}",
            f"  groups over alone       {_interval(evidence.grouped_over_alone, evidence)}",
            f"  groups over together    {_interval(evidence.grouped_over_together, evidence)}",
            f"  random groups           {_random(evidence)}",
            "",
            f"{evidence.n_networks} networks trained ({evidence.n_measured} groups, "
            f"{evidence.n_seeds} seeds of each that was tested)",
            *(f"Note: {note}" for note in evidence.notes),
        ]
    )


def _who(group: Sequence[str], helpers: Sequence[str]) -> str:
    """The tasks that a network predicts, and those that only help it."""
    helped = f"   (helped by {', '.join(map(clean, helpers))})" if helpers else ""
    return ", ".join(map(clean, group)) + helped


def _tasks(evidence: "Evidence") -> list[str]:
    names = [clean(name) for name in evidence.task_names]
    width = max(map(len, names))
    ways = (evidence.alone, evidence.together, evidence.grouped)
    lines = [f"{'task':<{width}}  {'metric':<17}   alone  together  grouped"]
    for task, name in enumerate(names):
        cells = [_metric(trial, task) for trial in ways]
        why = f"  not counted: {evidence.excluded[task]}" if evidence.excluded[task] else ""
        lines.append(
            f"{name:<{width}}  {evidence.metrics[task]:<17}  {cells[0]:>6}  {cells[1]:>8}  "
            f"{cells[2]:>7}{_mark(evidence, task)}{why}"
        )
    return lines


def _mark(evidence: "Evidence", task: int) -> str:
    if evidence.grouped is None:
        return ""
    gains = evidence.gains(evidence.grouped)
    return "  better" if gains.wins[task] else "  worse" * bool(gains.losses[task])


def _metric(trial: "Trial | None", task: int) -> str:
    return score(None if trial is None else float(trial.metric[task]))


def _interval(contrast: "Contrast", evidence: "Evidence") -> str:
    if math.isnan(contrast.value):
        return "–"
    return with_interval(contrast.value, contrast.low, contrast.high, evidence.judge == "loss")


def _random(evidence: "Evidence") -> str:
    gains = [gain for gain in evidence.random_gains.tolist() if not math.isnan(gain)]
    if not gains:
        return "–"
    band = interval(min(gains), max(gains), evidence.judge == "loss")
    return f"{band}  ({len(gains)} of the same sizes, over alone)"


def _groups(text: str) -> tuple[tuple[str, ...], ...]:
    """`a,b;c` as groups of names."""
    groups = [[name.strip() for name in part.split(",")] for part in text.split(";")]
    return tuple(tuple(name for name in group if name) for group in groups if any(group))


def _sets(texts: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """`a,b` as names, for each text."""
    return tuple(tuple(name.strip() for name in text.split(",") if name.strip()) for text in texts)
