"""From a finished report to evidence: every grouping that was proposed is trained.

report = validate(table, report)
print(report.evidence.verdict, report.evidence.reason)
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from core.errors import TableError
from core.evidence import OnPartial, TrainedStore, Validation
from core.evidence import validate_grouping as validate_candidates
from core.evidence.candidate import Candidate, admit, groups_of
from core.evidence.pins import keeps
from core.grouping import rank_groupings
from core.progress import OnProgress, silent
from core.proposals import list_candidates
from core.training import TrunkFactory, to_examples
from core.training.trainer import Cost as TrainingCost
from core.trials import Evidence, Verdict
from core.values import Decision, Grouping, Recommendation, Report, TaskTable

STEP_S, EVALUATED_S, FLOPS = 1.5e-5, 3.6e-7, 1.5e11
"""Seconds that a processor is at work on a step of one network among many and on a row that it is
evaluated on, and floating-point operations in a second; of training in full, though networks stop
early (ours, fitted to validations of 235 to 1,480 networks, 400 to 100,000 rows, 4 to 40 tasks)."""
START_S = 3.5
"""Seconds until a worker has read its data and libraries (ours)."""


def validate_grouping(
    table: TaskTable,
    report: Report,
    settings: Validation | None = None,
    hand_made: Sequence[Sequence[Sequence[str]]] = (),
    device: str = "auto",
    on_progress: OnProgress = silent,
    on_partial: OnPartial | None = None,
    store: TrainedStore | None = None,
    trunk: TrunkFactory | None = None,
) -> Report:
    """Train what a report proposes, and return it with its evidence and the advice that follows.

    Args:
        table: the table that the report was made from.
        report: its groupings, and average linkage on each of its affinities, are the candidates.
        settings: `Validation()` when None.
        hand_made: groupings of yours by task names; they are trained before all others.
        device: `auto`, `cpu` or `cuda`.
        on_progress: told the finished share; may raise Cancelled.
        on_partial: given what is known so far whenever more is.
        store: where finished networks are kept and found again, all with the same trunk.
        trunk: makes the trunk of a seed, a module that maps rows [row, input] to features
            [row, unit], in place of the one that the settings name: `lambda seed: MyTrunk()`.

    Raises:
        TableError: the report is of other tasks.
        MethodError: a grouping of yours leaves a task out, repeats one or names an unknown one.
    """
    if report.task_names != table.task_names:
        raise TableError("The report is of other tasks than the table; run `group` on it again.")
    asked = (settings or Validation()).following(trunk_of(report))
    evidence = validate_candidates(
        to_examples(table),
        list_candidates(report, hand_made),
        asked,
        report.affinity.similarity,
        device,
        on_progress,
        on_partial,
        store,
        trunk,
    )
    return with_evidence(report, evidence)


def trunk_of(report: Report) -> str:
    """What kind of trunk the settings of a report's landscape ask for."""
    plan = report.provenance.get("plan", {})
    return str(plan.get("landscape", {}).get("trunk", "auto"))


class Cost(NamedTuple):
    """What a validation will take, as far as it can be told before it starts."""

    n_groups: int
    n_networks: int
    work: float
    """Seconds that processors are at work, all together."""

    @property
    def seconds(self) -> float:
        """From the start to the verdict where every core of this machine takes part."""
        return START_S + (self.work - START_S) / (os.cpu_count() or 1)


def estimate_cost(
    report: Report,
    settings: Validation,
    hand_made: Sequence[Sequence[Sequence[str]]] = (),
) -> Cost:
    """About how many groups and networks will be trained, and how long that takes: the start of the
    worker, and steps, evaluations and arithmetic of all networks."""
    n_tasks = len(report.tasks)
    settings.check_search(n_tasks)
    rules = settings.rules(report.task_names)
    most = settings.groups_per_task * n_tasks
    open_ = (one for one in list_candidates(report, hand_made) if keeps(rules, one))
    admitted = admit(open_, n_tasks, most)
    sizes = [len(group) for group in groups_of(admitted)]
    searched = _n_searched(settings, n_tasks, len(sizes))
    n_first = len(settings.first(n_tasks))
    proper = [one for one in admitted if one.is_proper]
    plain = [one for one in admitted if not one.is_proper]
    again = len(groups_of((*proper[: settings.n_finalists], *plain)))
    null = settings.n_random * _n_shared(proper)
    usual = max(2, round(float(np.mean(sizes))))
    data = report.provenance["data"]
    trainer = settings.following(trunk_of(report)).trainer
    rows, width, shape = data["n_samples"], data["n_features"], tuple(data.get("shape", ()))
    n_rest, n_null = 2 * settings.n_seeds - n_first, len(settings.null)
    first = trainer.estimate(width, rows, [*sizes, *[usual] * searched], n_first, shape)
    rest = trainer.estimate(width, rows, [usual] * again, n_rest, shape)
    random = trainer.estimate(width, rows, [usual] * null, n_null, shape)
    return Cost(
        n_groups=len(sizes) + searched + (0 if settings.trains_every_group(n_tasks) else null),
        n_networks=first.n_models + rest.n_models + random.n_models,
        work=START_S + sum(map(_seconds_of, (first, rest, random))),
    )


def _seconds_of(cost: TrainingCost) -> float:
    return STEP_S * cost.n_steps + EVALUATED_S * cost.n_evaluated + cost.flops / FLOPS


def _n_shared(proper: Sequence[Candidate]) -> int:
    """Groups of two tasks or more in a grouping, on average; a random one trains as many anew, as
    every task alone is known by then."""
    shared = [sum(len(group) > 1 for group in one.partition) for one in proper]
    return round(float(np.mean(shared))) if shared else 0


def _n_searched(settings: Validation, n_tasks: int, n_known: int) -> int:
    """How many groups the search trains beside those that the candidates need."""
    left = (1 << n_tasks) - 1 - n_known
    if settings.search == "none":
        return 0
    if settings.search == "pairs":
        return min(left, n_tasks * (n_tasks - 1) // 2)
    if settings.trains_every_group(n_tasks):
        return left
    return max(0, min(left, settings.groups_per_task * n_tasks - n_known))


def with_evidence(report: Report, evidence: Evidence) -> Report:
    """The report with evidence, recommending what the verdict amounts to."""
    grouping = _grouping(report, evidence)
    decision = Decision.GROUPED if evidence.learned else _decision(evidence.labels)
    reason = evidence.reason
    if evidence.verdict is Verdict.UNDECIDED and decision is Decision.ALONE:
        reason += " Each task alone cannot harm any; all together needs a single network."
    advice = Recommendation(grouping, decision, reason)
    return replace(report, evidence=evidence, recommended=advice)


def _decision(labels: Int[np.ndarray, " task"]) -> Decision:
    """What training by these groups is called."""
    n_groups = len(np.unique(labels))
    if n_groups == 1:
        return Decision.TOGETHER
    return Decision.ALONE if n_groups == len(labels) else Decision.GROUPED


def _grouping(report: Report, evidence: Evidence) -> Grouping:
    """The best-scored proposal with the partition of the verdict, as before training; one found
    by training takes its stability from the proposal with the nearest number of groups."""
    labels = evidence.labels
    for one in rank_groupings(report.groupings):
        if (_first_come(one.labels) == labels).all():
            return one
    n_groups = len(np.unique(labels))
    near = min(report.groupings, key=lambda one: abs(one.n_groups - n_groups))
    pairs = (labels[:, None] == labels) & ~np.eye(len(labels), dtype=bool)
    stability = float(near.co_assignment[pairs].mean()) if pairs.any() else 1.0
    return Grouping(
        method="trained",
        covariance="",
        n_components=n_groups,
        labels=labels,
        membership=np.eye(n_groups)[labels],
        bic=float("nan"),
        aic=float("nan"),
        silhouette=float("nan"),
        silhouette_null=float("nan"),
        stability=stability,
        co_assignment=near.co_assignment,
    )


def _first_come(labels: Int[np.ndarray, " task"]) -> Int[np.ndarray, " task"]:
    """The same partition, its groups numbered by their first task."""
    _, first, number = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[number]
