"""How good predictions are: one row a metric, and why a metric is undefined where it is."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from core.training import scores
from core.training.scores import Labels, Prediction, Scores, Weights, take_rows
from core.values import Kind

_NUMBERS_AT_ONCE = 8_000_000
"""Weights looked at at once, so that memory stays bounded (ours)."""


@dataclass(frozen=True)
class Metric:
    """One way to judge predictions of the kinds it knows.

    `needs` says what must differ among the labels: `classes`, `values` or `order` of times, or
    nothing. `chance` is the score of a prediction that knows only the labels' distribution.
    """

    title: str
    summary: str
    kinds: tuple[Kind, ...]
    higher_is_better: bool
    needs: str
    formula: Callable[[Labels, Prediction, Weights], Scores]
    chance: Callable[[Labels], float]

    def score(
        self,
        labels: Labels,
        prediction: Prediction,
        weights: Float[np.ndarray, "replicate row"] | None = None,
    ) -> Float[np.ndarray, " replicate"]:
        """One number for each weighting of the rows; one for equal weights without any.

        Rows without a label (NaN) do not count. NaN where the metric is undefined, and where a
        labelled row has no prediction.
        """
        known = ~np.isnan(labels)
        weights = np.ones((1, len(labels))) if weights is None else weights
        if not known.any():
            return np.full(len(weights), np.nan)
        labels, prediction = labels[known], prediction[known].astype(np.float64)
        step = max(1, _NUMBERS_AT_ONCE // len(labels))
        parts = [
            self.formula(labels, prediction, take_rows(weights[start : start + step], known).T)
            for start in range(0, len(weights), step)
        ]
        return np.concatenate([np.zeros(0), *parts])

    def why_undefined(self, labels: Labels, where: str = "test") -> str:
        """The reason why these labels cannot be scored; empty where they can.

        Args:
            labels: of the rows to be scored, NaN where missing.
            where: what the rows are called, as in "34 test labels".
        """
        seen = labels[~np.isnan(labels)]
        n = f"{len(seen)} {where} label{'s'[: len(seen) != 1]}"
        if len(seen) == 0:
            return f"no {where} label"
        if self.needs == "classes" and len(np.unique(seen)) < 2:
            return f"only one class among the {n}"
        if self.needs == "values" and len(np.unique(seen)) < 2:
            return f"all of the {n} are equal"
        if self.needs == "order" and np.isnan(self.score(seen, np.zeros((len(seen), 1)))).all():
            return f"no two of the {n} have a known order"
        return ""


METRICS: dict[str, Metric] = {
    "auroc": Metric(
        title="AUROC",
        summary="How often a positive is ranked above a negative.",
        kinds=(Kind.BINARY,),
        higher_is_better=True,
        needs="classes",
        formula=scores.auroc,
        chance=lambda labels: 0.5,
    ),
    "auprc": Metric(
        title="AUPRC",
        summary="Average precision; chance is the prevalence.",
        kinds=(Kind.BINARY,),
        higher_is_better=True,
        needs="classes",
        formula=scores.auprc,
        chance=lambda labels: float(np.nanmean(labels)),
    ),
    "brier": Metric(
        title="Brier score",
        summary="Mean squared error of the probabilities.",
        kinds=(Kind.BINARY,),
        higher_is_better=False,
        needs="",
        formula=scores.brier,
        chance=lambda labels: float(np.nanvar(labels)),
    ),
    "balanced_accuracy": Metric(
        title="Balanced accuracy",
        summary="Mean recall of the classes.",
        kinds=(Kind.BINARY, Kind.MULTICLASS),
        higher_is_better=True,
        needs="classes",
        formula=scores.balanced_accuracy,
        chance=lambda labels: 1 / len(np.unique(labels[~np.isnan(labels)])),
    ),
    "rmse": Metric(
        title="RMSE",
        summary="Root of the mean squared error, in the task's units.",
        kinds=(Kind.REGRESSION,),
        higher_is_better=False,
        needs="",
        formula=scores.rmse,
        chance=lambda labels: float(np.nanstd(labels)),
    ),
    "mae": Metric(
        title="MAE",
        summary="Mean absolute error, in the task's units.",
        kinds=(Kind.REGRESSION,),
        higher_is_better=False,
        needs="",
        formula=scores.mae,
        chance=lambda labels: float(np.nanmean(np.abs(labels - np.nanmedian(labels)))),
    ),
    "r2": Metric(
        title="R²",
        summary="Share of the variance explained.",
        kinds=(Kind.REGRESSION,),
        higher_is_better=True,
        needs="values",
        formula=scores.r2,
        chance=lambda labels: 0.0,
    ),
    "c_index": Metric(
        title="Harrell's C",
        summary="How often the earlier event had the higher risk.",
        kinds=(Kind.TIME_TO_EVENT,),
        higher_is_better=True,
        needs="order",
        formula=scores.c_index,
        chance=lambda labels: 0.5,
    ),
}

_MAIN = {
    Kind.BINARY: "auroc",
    Kind.MULTICLASS: "balanced_accuracy",
    Kind.REGRESSION: "r2",
    Kind.TIME_TO_EVENT: "c_index",
}


def main_metric(kind: Kind) -> str:
    """The key of the metric that a task of this kind is judged by."""
    return _MAIN[kind]
