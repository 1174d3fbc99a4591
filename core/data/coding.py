"""Columns become numbers: features a matrix, targets label codes, patients numbers."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int

from core.data.columns import Holds, as_levels, as_numbers, what_holds
from core.data.roles import Roles
from core.data.survival import POSITIVE, signed_times
from core.values import Kind, Task

if TYPE_CHECKING:
    import pandas as pd

MOST_LEVELS = 50
"""A text feature with more levels is left out."""
SHOWN_LEVELS = 20
"""Levels of a text feature that get a column of their own; the rest share one."""
REST = "(other)"


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
    names, sources, parts, left_out = [], [], [], []
    plain = [name for name in roles.features if what_holds(frame[name]) is Holds.NUMBERS]
    values = _block(frame, plain)
    filled = ~np.isnan(values).all(axis=0)
    left_out += [(name, "no values") for name, some in zip(plain, filled, strict=True) if not some]
    kept = [name for name, some in zip(plain, filled, strict=True) if some]
    names += kept
    sources += kept
    parts.append(values if filled.all() else values[:, filled])
    done = set(plain)
    for name in roles.features:
        if name in done:
            continue
        labels, columns, reason = _code_feature(name, frame[name])
        names += labels
        sources += [name] * len(labels)
        parts.append(columns)
        left_out += [(name, reason)] if reason else []
    coded = [
        _code_time(frame, name, roles.event(name))
        if roles.kind(name) is Kind.TIME_TO_EVENT
        else _code_target(name, frame[name], roles.kind(name))
        for name in roles.targets
    ]
    return CodedTable(
        feature_names=tuple(names),
        features=np.concatenate(parts, axis=1) if len(parts) > 1 else parts[0],
        sources=tuple(sources),
        left_out=tuple(left_out),
        tasks=tuple(task for task, _ in coded),
        labels=np.stack([codes for _, codes in coded], axis=1),
        patient=_code_patient(frame, roles.patient_id),
    )


def _block(frame: "pd.DataFrame", columns: list[str]) -> Float[np.ndarray, "sample column"]:
    part = frame[columns]
    if all(isinstance(kind, np.dtype) and kind.kind in "fiub" for kind in part.dtypes):
        return part.to_numpy(dtype=np.float64)
    values = np.empty((len(frame), len(columns)))
    for place, name in enumerate(columns):
        values[:, place] = as_numbers(frame[name])
    return values


def _code_feature(
    name: str, column: "pd.Series"
) -> tuple[list[str], Float[np.ndarray, "sample level"], str]:
    """Names and columns of one date or text feature, and why it is left out where it is."""
    if what_holds(column) is Holds.DATES:
        return [name], as_numbers(column)[:, None], ""
    codes, levels = as_levels(column)
    if not 0 < len(levels) <= MOST_LEVELS:
        reason = f"{len(levels)} distinct texts" if levels else "no values"
        return [], np.empty((len(codes), 0)), reason
    missing = codes < 0
    count = np.bincount(codes[~missing], minlength=len(levels))
    order = [int(level) for level in np.argsort(-count, kind="stable")]
    if len(levels) <= 2:
        order = [len(levels) - 1]
    shown, rest = order[:SHOWN_LEVELS], order[SHOWN_LEVELS:]
    columns = [codes == level for level in shown] + ([np.isin(codes, rest)] if rest else [])
    values = np.where(missing[:, None], np.nan, np.stack(columns, axis=1).astype(np.float64))
    return [f"{name}={levels[i]}" for i in shown] + ([f"{name}={REST}"] if rest else []), values, ""


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
