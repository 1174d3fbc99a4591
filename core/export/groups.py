"""groups.yaml: the recommended grouping for whoever trains it."""

import math
from collections.abc import Sequence
from typing import Any

from core.export.scores import Score
from core.export.specification import ModelSpec
from core.gain_words import KEPT, rounded
from core.report.data import told_provenance
from core.report.evidence import TOO_FEW
from core.report.letters import letter
from core.report.sizes import KNOWN, told_sizes
from core.report.suppression import Margins, State, tell
from core.training import METRICS
from core.trials import Contrast
from core.values import Report, Split

SCHEMA_VERSION = 1
_KEPT = ("versions", "device", "data_sha256", "created_at", "data")
"""Of a report's provenance; never a name or a path."""
_UNKNOWN = Contrast(math.nan, math.nan, math.nan)


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
        "tasks": _tasks(spec, report, scores),
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


def _tasks(spec: ModelSpec, report: Report, scores: Sequence[Score]) -> list[dict[str, Any]]:
    sizes = told_sizes(report.summary, report.tasks)
    return [
        _task(spec, report, task, score, sizes[task] if report.summary is not None else None)
        for task, score in enumerate(scores)
    ]


def _task(
    spec: ModelSpec, report: Report, task: int, score: Score, size: Margins | None
) -> dict[str, Any]:
    """A task; of one with too few test patients to judge it by, no score."""
    evidence, kind = report.evidence, spec.table.kinds[task]
    assert evidence is not None
    gains = evidence.gains(evidence.advised)
    learned = evidence.learned or spec.groups
    is_alone = (task,) in spec.groups and (task,) in learned
    gain = Contrast(*(float(one[task]) for one in (gains.value, gains.low, gains.high)))
    metric = _UNKNOWN if score.why_none else score.metric
    return {
        "name": spec.task_names[task],
        "kind": str(kind),
        "group": group_of(spec, task),
        "metric": METRICS[evidence.metrics[task]].title,
        "test": {**_interval(metric), "patients": _told(score.n_patients, size)},
        "other_metrics": {
            METRICS[key].title: _rounded(value) for key, value in score.others.items()
        },
        "no_interval": TOO_FEW if score.why_none else None,
        "gain_over_alone": (
            None if is_alone else _interval(_UNKNOWN if evidence.excluded[task] else gain)
        ),
    }


def _told(n_patients: int, size: Margins | None) -> int | str | None:
    """How many patients a score is of, hidden where a report of the same run hides it: together
    they would tell a small count."""
    test = Split.TEST.code
    if size is not None and size.states[KNOWN, test] != State.SHOWN:
        return size.told(KNOWN, test)
    return tell(n_patients)


def _provenance(spec: ModelSpec, report: Report) -> dict[str, Any]:
    known = told_provenance(report)
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
    return rounded(value, KEPT)
