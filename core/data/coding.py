"""Columns become numbers: features a matrix, targets label codes, patients numbers."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int

from core.data.columns import Holds, as_levels, as_numbers, what_holds
from core.data.features import apply_codes, fit_codes
from core.data.roles import Roles
from core.data.survival import POSITIVE, signed_times
from core.values import Kind, Task

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class CodedTable:
    """A frame as numbers, before anything was judged. `sources[k]` is the column that feature `k`
    came from; `left_out` says of each feature column that could not be used why not."""

    feature_names: tuple[str, ...]
    features: Float[np.ndarray, "sample feature"]
    sources: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]
    tasks: tuple[Task, ...]
    labels: Float[np.ndarray, "sample task"]
    patient: Int[np.ndarray, " sample"]


def code_table(frame: "pd.DataFrame", roles: Roles) -> CodedTable:
    """Turn the columns of a frame into numbers by their roles; NaN is a missing value."""
    codes, left_out = fit_codes(frame, roles.features)
    coded = [
        _code_time(frame, name, roles.event(name))
        if roles.kind(name) is Kind.TIME_TO_EVENT
        else _code_target(name, frame[name], roles.kind(name))
        for name in roles.targets
    ]
    return CodedTable(
        feature_names=tuple(name for code in codes for name in code.feature_names),
        features=apply_codes(frame, codes),
        sources=tuple(code.name for code in codes for _ in code.feature_names),
        left_out=left_out,
        tasks=tuple(task for task, _ in coded),
        labels=np.stack([column for _, column in coded], axis=1),
        patient=_code_patient(frame, roles.patient_id),
    )


def _code_target(
    name: str, column: "pd.Series", kind: Kind
) -> tuple[Task, Float[np.ndarray, " sample"]]:
    if kind is Kind.REGRESSION:
        labels = as_numbers(column)
        return Task(name, kind, int(np.isfinite(labels).sum()), _mean(labels)), labels
    if what_holds(column) is Holds.TEXT:
        codes, classes = as_levels(column)
        if kind is Kind.BINARY and len(classes) == 2 and classes[0].lower() in POSITIVE:
            classes, codes = classes[::-1], np.where(codes < 0, codes, 1 - codes)
        labels = np.where(codes < 0, np.nan, codes.astype(np.float64))
    else:
        labels, classes = _code_numbers(as_numbers(column))
    mean = _mean(labels) if kind is Kind.BINARY else float("nan")
    return Task(name, kind, int(np.isfinite(labels).sum()), mean, classes), labels


def _code_time(
    frame: "pd.DataFrame", name: str, event: str
) -> tuple[Task, Float[np.ndarray, " sample"]]:
    labels = signed_times(name, frame[name], event, frame[event])
    known = labels[~np.isnan(labels)]
    share = float((known > 0).mean()) if len(known) else float("nan")
    return Task(name, Kind.TIME_TO_EVENT, len(known), share), labels


def _code_numbers(
    values: Float[np.ndarray, " sample"],
) -> tuple[Float[np.ndarray, " sample"], tuple[str, ...]]:
    """Codes of the distinct finite numbers in ascending order; a lone 1 counts as positive."""
    known = np.isfinite(values)
    distinct = np.unique(values[known])
    if len(distinct) == 1 and distinct[0] == 1:
        distinct = np.array([0.0, 1.0])
    labels = np.where(known, np.nan, values)
    labels[known] = np.searchsorted(distinct, values[known])
    return labels, tuple(f"{value:g}" for value in distinct)


def _mean(values: Float[np.ndarray, " sample"]) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def _code_patient(frame: "pd.DataFrame", patient_id: str | None) -> Int[np.ndarray, " sample"]:
    """Number of each row's patient; a row without an id is a patient of its own."""
    if patient_id is None:
        return np.arange(len(frame))
    codes, _ = as_levels(frame[patient_id])
    alone = codes < 0
    codes[alone] = codes.max(initial=-1) + 1 + np.arange(alone.sum())
    return codes
