"""Columns become numbers: features a matrix, targets label codes, patients numbers."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int

from core.data.columns import as_levels
from core.data.features import apply_codes, fit_codes
from core.data.roles import Roles
from core.data.targets import fit_target, mean_of
from core.values import Task

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
    targets = [fit_target(frame, name, roles) for name in roles.targets]
    labels = [code(frame) for code in targets]
    return CodedTable(
        feature_names=tuple(name for code in codes for name in code.feature_names),
        features=apply_codes(frame, codes),
        sources=tuple(code.name for code in codes for _ in code.feature_names),
        left_out=left_out,
        tasks=tuple(
            code.describe(int(np.isfinite(column).sum()), mean_of(code.kind, column))
            for code, column in zip(targets, labels, strict=True)
        ),
        labels=np.stack(labels, axis=1),
        patient=_code_patient(frame, roles.patient_id),
    )


def _code_patient(frame: "pd.DataFrame", patient_id: str | None) -> Int[np.ndarray, " sample"]:
    """Number of each row's patient; a row without an id is a patient of its own."""
    if patient_id is None:
        return np.arange(len(frame))
    codes, _ = as_levels(frame[patient_id])
    alone = codes < 0
    codes[alone] = codes.max(initial=-1) + 1 + np.arange(alone.sum())
    return codes
