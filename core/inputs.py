"""What a model is fed: the features of a table, standardised and without holes."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32, Int

from core.frozen import Frozen
from core.values import Split, TaskTable

CLIP = 10.0
"""Standard deviations past which an input is cut off."""

_CELLS = 1 << 22
"""Cells standardised at a time, so that no double-precision copy of the table is made."""


@dataclass(frozen=True, eq=False)
class InputScale(Frozen):
    """What the training rows say of every feature: input = (feature / unit − mean) / spread.

    Features that do not vary are left out; `flagged` features add a 0/1 column that says where
    they are missing.
    """

    unit: Float[np.ndarray, " feature"]
    mean: Float[np.ndarray, " feature"]
    spread: Float[np.ndarray, " feature"]
    varies: Bool[np.ndarray, " feature"]
    flagged: Int[np.ndarray, " flag"]


def model_inputs(table: TaskTable) -> Float32[np.ndarray, "sample input"]:
    """Features standardised by the training rows, 0 (their mean) where missing, cut at ± 10.

    A feature that is missing in some training rows adds a 0/1 column that says where it is
    missing (once for features missing in the same rows). Features without any spread in the
    training rows are left out. Statistics are taken in double precision.
    """
    return apply_scale(fit_scale(table), table.features)


def fit_scale(table: TaskTable) -> InputScale:
    """What standardises the features, from the training rows of a table."""
    rows = table.rows(Split.TRAIN)
    step = max(1, _CELLS // max(1, len(table.features)))
    n_features = table.features.shape[1]
    parts = [
        _statistics(table.features[rows, start : start + step])
        for start in range(0, n_features, step)
    ]
    unit, mean, spread = np.concatenate(parts, axis=1) if parts else np.zeros((3, 0))
    flagged = np.array(_distinct(np.isnan(table.features)[rows]), dtype=np.int64)
    return InputScale(unit, mean, spread, spread > 1e-12, flagged)


def apply_scale(
    scale: InputScale, features: Float[np.ndarray, "sample feature"]
) -> Float32[np.ndarray, "sample input"]:
    """The features that vary, standardised, then the flags of missing values; row by row, so that
    a row gives the same inputs in any company."""
    step = max(1, _CELLS // max(1, len(features)))
    places = np.flatnonzero(scale.varies)
    parts = [
        _standardise(scale, features, places[start : start + step])
        for start in range(0, len(places), step)
    ]
    flags = np.isnan(features[:, scale.flagged]).astype(np.float32)
    return np.concatenate([*parts, flags], axis=1)


def _statistics(train: Float[np.ndarray, "row feature"]) -> Float[np.ndarray, "3 feature"]:
    """Unit, mean and spread of the known values of each feature."""
    known = ~np.isnan(train)
    values = np.where(known, train, 0.0).astype(np.float64)
    size = np.abs(values).max(axis=0, initial=0.0)
    unit = np.where(size > 0, size, 1.0)  # squares of 1e200 and of 1e-200 stay finite
    values /= unit
    count = np.maximum(known.sum(axis=0), 1)
    mean = values.sum(axis=0) / count
    spread = np.sqrt(((values - mean) ** 2).sum(axis=0, where=known) / count)
    return np.stack([unit, mean, spread])


def _standardise(
    scale: InputScale,
    features: Float[np.ndarray, "sample feature"],
    places: Int[np.ndarray, " place"],
) -> Float32[np.ndarray, "sample place"]:
    """Some features, standardised, 0 where missing."""
    chosen = features[:, places]
    unit, mean, spread = scale.unit[places], scale.mean[places], scale.spread[places]
    scaled: np.ndarray = (chosen / unit - mean) / spread
    np.clip(scaled, -CLIP, CLIP, out=scaled)
    scaled[np.isnan(chosen)] = 0.0
    return scaled.astype(np.float32)


def _distinct(missing: Bool[np.ndarray, "row feature"]) -> list[int]:
    """The first feature of each pattern of missing training values, but for none and all."""
    some = np.flatnonzero(missing.any(axis=0) & ~missing.all(axis=0))
    packed = np.packbits(missing[:, some], axis=0)
    first: dict[bytes, int] = {}
    for place, feature in enumerate(some):
        first.setdefault(packed[:, place].tobytes(), int(feature))
    return list(first.values())
