"""report.json, schema version 1: aggregates only, no row of the data."""

from typing import Any

import numpy as np

from core.report.affinities import shown_affinities, to_affinity_document
from core.report.data import to_data_document, told_provenance
from core.report.driven import to_drivers_document
from core.report.evidence import to_evidence_document
from core.report.plain import plain
from core.report.sizes import EVENTS, KNOWN, few_means, told_sizes
from core.report.suppression import Margins, State
from core.report.why import to_why_document
from core.values import Grouping, Kind, Report, Task

SCHEMA_VERSION = 1


def to_document(report: Report) -> dict[str, Any]:
    """The report as a JSON-ready dict; NaN becomes null. `evidence` is null until groups are
    trained."""
    names = report.task_names
    best = report.recommended.grouping
    affinities, sizes = shown_affinities(report), told_sizes(report.summary, report.tasks)
    few = few_means(report.summary, report.tasks)
    return {
        "schema_version": SCHEMA_VERSION,
        "tasks": [_task(*one) for one in zip(report.tasks, sizes, few, strict=True)],
        "data": to_data_document(report.summary, report.tasks, sizes),
        "affinity": to_affinity_document(affinities[0]),
        "other_affinities": [to_affinity_document(affinity) for affinity in affinities[1:]],
        "graph": {
            "edges": [
                {"source": names[source], "target": names[target], "weight": weight}
                for source, target, weight in report.graph.edges()
                if np.isfinite(affinities[0].similarity[[source, target], [target, source]]).any()
            ]
        },
        "embedding": plain(report.embedding.values),
        "embedding_has_structure": report.embedding.has_structure,
        "groupings": [_grouping(grouping, names) for grouping in report.groupings],
        "co_assignment": plain(best.co_assignment) if len(report.affinity.replicates) else None,
        "recommended": {
            "groups": [list(group) for group in best.groups(names)],
            "decision": str(report.recommended.decision),
            "reason": report.recommended.reason,
            "method": best.method,
            "n_groups": best.n_groups,
            "stability": plain(best.stability),
        },
        "why": to_why_document(report, affinities[0].similarity, sizes),
        "drivers": to_drivers_document(report),
        "evidence": to_evidence_document(report.evidence),
        "notes": list(report.notes),
        "provenance": told_provenance(report),
    }


def _task(task: Task, told: Margins, is_mean_of_few: bool) -> dict[str, Any]:
    """What a task predicts: the patients with a label, and the share of them with the event or the
    mean of all labels; null where it would tell a small count, or the labels of a few."""
    size = {"name": task.name, "kind": str(task.kind), "n_labelled": told.told(KNOWN, -1)}
    if task.kind is Kind.BINARY:
        return {**size, "prevalence": _share(told)}
    if task.kind is Kind.UNKNOWN:
        return size | {"n_labelled": size["n_labelled"] or None}
    if task.kind is Kind.REGRESSION:
        is_shown = told.states[KNOWN, -1] == State.SHOWN and not is_mean_of_few
        return {**size, "mean": plain(task.mean) if is_shown else None}
    if task.kind is Kind.TIME_TO_EVENT:
        return {**size, "event_share": _share(told)}
    return {**size, "n_classes": len(task.classes)}


def _share(told: Margins) -> float | None:
    """The patients with the event among those with a label."""
    n_events, n_known = (told.told(row, -1) for row in (EVENTS, KNOWN))
    if not isinstance(n_events, int) or not isinstance(n_known, int) or not n_known:
        return None
    return n_events / n_known


def _grouping(grouping: Grouping, names: tuple[str, ...]) -> dict[str, Any]:
    return {
        "method": grouping.method,
        "covariance": grouping.covariance,
        "n_groups": grouping.n_groups,
        "groups": [list(group) for group in grouping.groups(names)],
        "membership": plain(grouping.membership),
        "bic": plain(grouping.bic),
        "aic": plain(grouping.aic),
        "silhouette": plain(grouping.silhouette),
        "silhouette_null": plain(grouping.silhouette_null),
        "stability": plain(grouping.stability),
    }
