"""Two runs side by side: what changed in affinity, groups, evidence and settings."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from core.grouping import adjusted_rand, match_labels
from core.report.letters import letter
from core.trials import Contrast
from core.values import Report

MOST_PAIRS = 200


@dataclass(frozen=True)
class PairChange:
    """Two tasks and their similarity in [0, 1] in both runs; `moved` is by how many places of all
    pairs, in [−1, 1], the pair became more alike."""

    source: str
    target: str
    first: float
    second: float
    moved: float


@dataclass(frozen=True)
class TaskMove:
    """A task and the letter of its group in both runs, letters matched by overlap."""

    task: str
    first: str
    second: str


@dataclass(frozen=True)
class Outcome:
    """What one run says: its decision and, once trained, its verdict and mean gains over alone."""

    measure: str
    decision: str
    n_groups: int
    verdict: str
    judge: str
    grouped: Contrast | None
    together: Contrast | None


@dataclass(frozen=True)
class Comparison:
    """What differs between two runs, over the tasks that both have."""

    tasks: tuple[str, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    same_data: bool
    rank_correlation: float
    """Spearman, of the similarities of the pairs; NaN for fewer than three pairs."""
    agreement: float
    """Adjusted Rand index of the recommended groupings; NaN for fewer than two tasks."""
    pairs: tuple[PairChange, ...]
    """The pairs that moved most come first."""
    moves: tuple[TaskMove, ...]
    """Tasks in another group than before."""
    outcomes: tuple[Outcome, Outcome]
    settings: tuple[tuple[str, str, str], ...]
    """(setting, first, second) of the plans where they differ."""


def compare_runs(
    first: Report, second: Report, plans: tuple[Mapping[str, Any], Mapping[str, Any]]
) -> Comparison:
    """Compare two finished reports.

    Args:
        first: the report to start from.
        second: the one to compare it with; tasks meet by their names.
        plans: the settings of both runs, as `Plan.to_spec` writes them.
    """
    tasks = tuple(name for name in first.task_names if name in second.task_names)
    places = [[report.task_names.index(name) for name in tasks] for report in (first, second)]
    sides = [
        report.affinity.similarity[np.ix_(place, place)]
        for report, place in zip((first, second), places, strict=True)
    ]
    labels = [
        report.recommended.grouping.labels[place]
        for report, place in zip((first, second), places, strict=True)
    ]
    correlation, pairs = _compare_pairs(tasks, *sides)
    return Comparison(
        tasks=tasks,
        only_first=tuple(name for name in first.task_names if name not in tasks),
        only_second=tuple(name for name in second.task_names if name not in tasks),
        same_data=_digest(first) == _digest(second),
        rank_correlation=correlation,
        agreement=adjusted_rand(*labels) if len(tasks) > 1 else float("nan"),
        pairs=pairs,
        moves=_moves(tasks, *labels),
        outcomes=(_outcome(first), _outcome(second)),
        settings=tuple(_differences(plans[0], plans[1])),
    )


def _compare_pairs(
    tasks: tuple[str, ...],
    first: Float[np.ndarray, "source target"],
    second: Float[np.ndarray, "source target"],
) -> tuple[float, tuple[PairChange, ...]]:
    from scipy.stats import rankdata

    one, other = np.triu_indices(len(tasks), 1)
    values = np.stack([(side + side.T)[one, other] / 2 for side in (first, second)])
    known = np.isfinite(values).all(axis=0)
    one, other, values = one[known], other[known], values[:, known]
    if not len(one):
        return float("nan"), ()
    ranks = rankdata(values, axis=1)
    moved = (ranks[1] - ranks[0]) / max(len(one) - 1, 1)
    is_told = len(one) > 2 and (ranks.std(axis=1) > 0).all()
    correlation = float(np.corrcoef(ranks)[0, 1]) if is_told else float("nan")
    order = np.argsort(-np.abs(moved), kind="stable")[:MOST_PAIRS]
    changes = tuple(
        PairChange(
            source=tasks[one[k]],
            target=tasks[other[k]],
            first=float(values[0, k]),
            second=float(values[1, k]),
            moved=float(moved[k]),
        )
        for k in order
    )
    return correlation, changes


def _moves(
    tasks: tuple[str, ...], first: Int[np.ndarray, " task"], second: Int[np.ndarray, " task"]
) -> tuple[TaskMove, ...]:
    if not tasks:
        return ()
    matched = match_labels(first, second)
    return tuple(
        TaskMove(name, letter(int(old)), letter(int(new)))
        for name, old, new in zip(tasks, first, matched, strict=True)
        if old != new
    )


def _outcome(report: Report) -> Outcome:
    evidence, best = report.evidence, report.recommended
    return Outcome(
        measure=report.affinity.measure,
        decision=str(best.decision),
        n_groups=best.grouping.n_groups,
        verdict=str(evidence.verdict) if evidence else "",
        judge=str(evidence.judge) if evidence else "",
        grouped=evidence.grouped_over_alone if evidence else None,
        together=evidence.together_over_alone if evidence else None,
    )


def _differences(
    first: Mapping[str, Any], second: Mapping[str, Any], above: str = ""
) -> Iterator[tuple[str, str, str]]:
    """Settings that differ, nested ones by their path; a setting one plan lacks is a dash."""
    for name in dict.fromkeys((*first, *second)):
        one, other = first.get(name), second.get(name)
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            yield from _differences(one, other, f"{above}{name} · ")
        elif one != other:
            yield f"{above}{name}", _text(one), _text(other)


def _text(value: Any) -> str:
    return "–" if value is None else str(value)


def _digest(report: Report) -> object:
    return report.provenance.get("data_sha256")
