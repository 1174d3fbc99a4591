"""How good the exported model is on test rows: the mean prediction of its networks, scored."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from core.evidence.bootstrap import draw_replicates, interval
from core.evidence.counting import too_few
from core.evidence.scoring import score_every_way, score_task
from core.export.model import Model
from core.training import METRICS, Examples, main_metric
from core.trials import Contrast
from core.values import Split

N_REPLICATES = 1000


class Score(NamedTuple):
    """A task's main metric on test rows with its 95 % interval over patients, on how many of them;
    `why_none` says why there is no interval. `others` are its other metrics, by their key."""

    metric: Contrast
    n_patients: int
    why_none: str
    others: Mapping[str, float] = {}


def score_model(model: Model, examples: Examples, seed: int = 0) -> tuple[Score, ...]:
    """The score of every task. NaN where the metric is undefined; no interval where a test split
    has too few events for one."""
    rows = examples.rows(Split.TEST)
    weights = draw_replicates(examples.patient[rows], 1, N_REPLICATES, seed).rows
    reasons = too_few(examples, Split.TEST)
    predicted = model.predict_inputs(examples.inputs[rows])
    scores = []
    for task, output in enumerate(predicted):
        value = float(score_task(examples, task, rows, output)[0])
        low = high = float("nan")
        if not reasons[task]:
            low, high = map(float, interval(score_task(examples, task, rows, output, weights)))
        n_patients = len(np.unique(examples.patient[rows[examples.known[rows, task]]]))
        others = {} if reasons[task] else _others(examples, task, rows, output)
        scores.append(Score(Contrast(value, low, high), n_patients, reasons[task], others))
    return tuple(scores)


def _others(
    examples: Examples,
    task: int,
    rows: Int[np.ndarray, " row"],
    output: Float[np.ndarray, "row output"],
) -> Mapping[str, float]:
    """The metrics of a task beside its main one."""
    main = main_metric(examples.tasks[task].kind)
    found = zip(METRICS, score_every_way(examples, task, rows, output).tolist(), strict=True)
    return {key: value for key, value in found if key != main and np.isfinite(value)}


def is_known(contrast: Contrast) -> bool:
    """Whether there is a number with an interval."""
    return bool(np.isfinite([contrast.value, contrast.low, contrast.high]).all())
