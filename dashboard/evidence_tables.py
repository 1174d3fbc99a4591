"""Evidence as rows of a table."""

import numpy as np
import pandas as pd
from jaxtyping import Bool

from core.gain_words import score
from core.report.letters import letter
from core.training import METRICS
from core.trials import Evidence, Trial
from dashboard.charts.mean_gains import with_interval
from dashboard.charts.text import clean, with_marks

_SCORES = ["task", "metric", "better", "chance", "alone", "together", "best grouping"]


def task_rows(evidence: Evidence, marked: Bool[np.ndarray, " task"] | None = None) -> pd.DataFrame:
    """One row a task: its metric three ways, and what the best grouping does to it; the `marked`
    tasks carry a sign."""
    grouped = evidence.grouped
    names = with_marks([clean(name) for name in evidence.task_names], marked)
    return pd.DataFrame(
        [
            {
                "task": name,
                "metric": METRICS[evidence.metrics[task]].title,
                "alone": score(float(evidence.alone.metric[task])),
                "together": score(float(evidence.together.metric[task])),
                "best grouping": score(float(grouped.metric[task]) if grouped else None),
                "together is": _outcome(evidence, evidence.together, task),
                "its group is": _outcome(evidence, grouped, task),
                "counts in the means": "no" if evidence.excluded[task] else "yes",
            }
            for task, name in enumerate(names)
        ]
    )


def trial_rows(evidence: Evidence) -> pd.DataFrame:
    """One row a grouping, the best on validation rows first."""
    return pd.DataFrame(
        [
            {
                "from": trial.origin,
                "groups": trial.n_groups,
                "seeds": trial.n_seeds,
                "validation gain": round(trial.validation_gain, 4),
                "test gain (95 % interval)": _test(evidence, trial),
                "which": _groups(evidence, trial),
            }
            for trial in evidence.trials
        ]
    )


def _test(evidence: Evidence, trial: Trial) -> str:
    if not np.isfinite(evidence.gain(trial).value):
        return "–"
    return with_interval(evidence.gain(trial), evidence.judge)


def _groups(evidence: Evidence, trial: Trial) -> str:
    return (
        "each task alone" if trial is evidence.alone else " · ".join(networks_of(evidence, trial))
    )


def networks_of(evidence: Evidence, trial: Trial) -> list[str]:
    """Of each network its letter, the tasks that it predicts, and those that only help it."""
    names = evidence.task_names
    return [
        f"{letter(place)}: {', '.join(map(clean, group))}"
        + (f" (helped by {', '.join(map(clean, helpers))})" if helpers else "")
        for place, (group, helpers) in enumerate(
            zip(trial.groups(names), trial.helpers(names), strict=True)
        )
    ]


def _outcome(evidence: Evidence, trial: Trial | None, task: int) -> str:
    if trial is None:
        return "–"
    if evidence.excluded[task]:
        return "too few to judge"
    gains = evidence.gains(trial)
    if gains.wins[task]:
        return "better"
    return "worse" if gains.losses[task] else "no clear difference"


def score_rows(evidence: Evidence) -> pd.DataFrame:
    """One row a task and metric beside the one that it is judged by: what chance scores, and each
    way to train. Tasks with too few events are left out, as a chance of AUPRC is their share."""
    ways = (evidence.alone, evidence.together, evidence.grouped)
    rows = []
    for task, name in enumerate(evidence.task_names):
        for column, key in enumerate(evidence.scored):
            if evidence.excluded[task] or key == evidence.metrics[task]:
                continue
            scores = [float(way.scores[task, column]) if way else np.nan for way in ways]
            if np.isfinite(scores).any():
                cells = [score(value) for value in (evidence.chance[task, column], *scores)]
                metric = METRICS[key]
                better = "higher" if metric.higher_is_better else "lower"
                row = (clean(name), metric.title, better, *cells)
                rows.append(dict(zip(_SCORES, row, strict=True)))
    return pd.DataFrame(rows, columns=_SCORES)
