"""The part of report.json that says what training showed; null before `validate`."""

import math
from typing import Any

import numpy as np

from core.gain_words import KEPT, rounded
from core.report.plain import plain
from core.trials import Contrast, Evidence, Gains, Trial

TOO_FEW = "too few events or labels that differ enough among the test rows to judge by"
"""Without the count: it may be small enough to tell somebody apart."""
NOT_JUDGED = "not judged"


def to_evidence_document(evidence: Evidence | None) -> dict[str, Any] | None:
    """The evidence as a JSON-ready dict, with 95 % intervals; NaN becomes null.

    `gain…` is in what the evidence was judged by; `metric_gain…` are points of the task's own
    metric more than alone, `loss_gain…` the share by which the loss is lower (0.03 is 3 %). A task
    that is not judged has none of them: several scores of few patients tell how few.
    """
    if evidence is None:
        return None
    return {
        "verdict": str(evidence.verdict),
        "reason": evidence.reason,
        "judged_by": str(evidence.judge),
        "candidates": [_candidate(trial, evidence) for trial in evidence.trials],
        "best_grouping": evidence.best if evidence.best >= 0 else None,
        "alone": _candidate(evidence.alone, evidence),
        "together": _candidate(evidence.together, evidence),
        "random": _random(evidence),
        "grouped_over_alone": _contrast(evidence.grouped_over_alone),
        "grouped_over_together": _contrast(evidence.grouped_over_together),
        "together_over_alone": _contrast(evidence.together_over_alone),
        "not_counted": [
            {"task": name, "reason": TOO_FEW}
            for name, why in zip(evidence.task_names, evidence.excluded, strict=True)
            if why
        ],
        "n_seeds": evidence.n_seeds,
        "n_networks_trained": evidence.n_networks,
        "n_groups_trained": evidence.n_measured,
        "rules": evidence.rules or None,
        "notes": list(evidence.notes),
    }


def _candidate(trial: Trial, evidence: Evidence) -> dict[str, Any]:
    gain = evidence.gain(trial)
    return {
        "groups": [list(group) for group in trial.groups(evidence.task_names)],
        "helpers": [list(group) for group in trial.helpers(evidence.task_names)],
        "origin": trial.origin,
        "n_seeds": trial.n_seeds,
        "validation_gain": plain(trial.validation_gain),
        "gain_mean": plain(gain.value),
        "gain_low": plain(gain.low),
        "gain_high": plain(gain.high),
        "metric_gain": _contrast(trial.metric_gain),
        "loss_gain": _contrast(trial.loss_gain),
        "per_task": _tasks(trial, evidence) if trial.was_tested else None,
    }


def _tasks(trial: Trial, evidence: Evidence) -> list[dict[str, Any]]:
    judged = evidence.gains(trial)
    return [
        {
            "task": name,
            "metric_name": evidence.metrics[task],
            "metric": None if evidence.excluded[task] else _rounded(float(trial.metric[task])),
            "scores": _scores(trial, evidence, task),
            **_gain("gain", judged, task, evidence),
            **_gain("metric_gain", trial.metric_gains, task, evidence),
            **_gain("loss_gain", trial.loss_gains, task, evidence),
            "p_adjusted": plain(float(judged.p[task])),
            "outcome": NOT_JUDGED if evidence.excluded[task] else _outcome(judged, task),
        }
        for task, name in enumerate(evidence.task_names)
    ]


def _scores(trial: Trial, evidence: Evidence, task: int) -> dict[str, float]:
    """Every metric that judges the task, of tasks that count. What chance scores stays here: beside
    an AUPRC it is the prevalence of the test rows, which a report may have to hide."""
    if evidence.excluded[task] or not trial.scores.size:
        return {}
    listed = zip(evidence.scored, trial.scores[task].tolist(), strict=True)
    return {key: round(value, KEPT) for key, value in listed if math.isfinite(value)}


def _gain(key: str, gains: Gains, task: int, evidence: Evidence) -> dict[str, Any]:
    if evidence.excluded[task]:
        return dict.fromkeys((key, f"{key}_low", f"{key}_high"))
    return {
        key: _rounded(float(gains.value[task])),
        f"{key}_low": _rounded(float(gains.low[task])),
        f"{key}_high": _rounded(float(gains.high[task])),
    }


def _outcome(gains: Gains, task: int) -> str:
    if gains.wins[task]:
        return "win"
    return "loss" if gains.losses[task] else "tie"


def _random(evidence: Evidence) -> dict[str, Any]:
    known = evidence.random_gains[np.isfinite(evidence.random_gains)]
    return {
        "gains": plain(evidence.random_gains),
        "n": len(known),
        "gain_mean": plain(float(known.mean())) if len(known) else None,
    }


def _rounded(value: float) -> float | None:
    return rounded(value, KEPT)


def _contrast(contrast: Contrast) -> dict[str, Any]:
    return {
        "value": plain(contrast.value),
        "low": plain(contrast.low),
        "high": plain(contrast.high),
    }
