"""groups.yaml: the recommended grouping for whoever trains it."""

import math
from collections.abc import Sequence
from typing import Any

from core.export.scores import Score
from core.export.specification import ModelSpec
from core.report.evidence import TOO_FEW
from core.report.letters import letter
from core.report.suppression import LARGEST_SMALL
from core.training import METRICS
from core.trials import Contrast, Evidence
from core.values import Report

SCHEMA_VERSION = 1
_KEPT = ("versions", "device", "data_sha256", "created_at", "data")
"""Of a report's provenance; never a name or a path."""
_DIGITS = 4


def to_groups(spec: ModelSpec, report: Report, scores: Sequence[Score]) -> dict[str, Any]:
    """The groups, the decision, and every task's metric, JSON-ready; NaN becomes None.

    `scores` are of the exported model itself; gains are those of the evidence.
    """
    evidence = report.evidence
    assert evidence is not None
    return {
        "schema_version": SCHEMA_VERSION,
        "decision": str(report.recommended.decision),
        "verdict": str(evidence.verdict),
        "reason": report.recommended.reason,
        "groups": [
            {
                "name": letter(number),
                "tasks": [spec.task_names[task] for task in group],
                **({"helpers": list(helpers)} if helpers else {}),
                "seeds": list(spec.seeds[number]),
            }
            for number, (group, helpers) in enumerate(
                zip(spec.groups, evidence.helpers, strict=True)
            )
        ],
        "tasks": _tasks(spec, evidence, scores),
        "evidence": {
            "judged_by": str(evidence.judge),
            "grouped_over_alone": _interval(evidence.grouped_over_alone),
            "grouped_over_together": _interval(evidence.grouped_over_together),
            "together_over_alone": _interval(evidence.together_over_alone),
            "networks_trained": evidence.n_networks,
        },
        "provenance": _provenance(spec, report),
    }


def group_of(spec: ModelSpec, task: int) -> str:
    """The letter of the group of a task."""
    return letter(next(number for number, group in enumerate(spec.groups) if task in group))


def _tasks(spec: ModelSpec, evidence: Evidence, scores: Sequence[Score]) -> list[dict[str, Any]]:
    gains = evidence.gains(evidence.advised)
    learned = evidence.learned or spec.groups
    found = []
    for task, (name, score) in enumerate(zip(spec.task_names, scores, strict=True)):
        is_alone = (task,) in spec.groups and (task,) in learned
        gain = Contrast(*(float(one[task]) for one in (gains.value, gains.low, gains.high)))
        found.append(
            {
                "name": name,
                "kind": str(spec.table.kinds[task]),
                "group": group_of(spec, task),
                "metric": METRICS[evidence.metrics[task]].title,
                "test": {**_interval(score.metric), "labels": _shown(score.n_labels)},
                "other_metrics": {
                    METRICS[key].title: _rounded(value) for key, value in score.others.items()
                },
                "no_interval": TOO_FEW if score.why_none else None,
                "gain_over_alone": None if is_alone else _interval(gain),
            }
        )
    return found


def _shown(n_labels: int) -> int | str:
    """A count that leaves the machine: like a report, an export tells no small one."""
    return f"≤ {LARGEST_SMALL}" if 0 < n_labels <= LARGEST_SMALL else n_labels


def _provenance(spec: ModelSpec, report: Report) -> dict[str, Any]:
    known = report.provenance
    kept = {key: known[key] for key in _KEPT if key in known}
    networks = sorted({seed for seeds in spec.seeds for seed in seeds})
    return {**kept, "seeds": {**known.get("seeds", {}), "networks": networks}}


def _interval(contrast: Contrast) -> dict[str, float | None]:
    return {
        "value": _rounded(contrast.value),
        "low": _rounded(contrast.low),
        "high": _rounded(contrast.high),
    }


def _rounded(value: float) -> float | None:
    return round(value, _DIGITS) if math.isfinite(value) else None
