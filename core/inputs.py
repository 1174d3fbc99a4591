"""What a model is fed: the features of a table, standardised and without holes."""

import numpy as np
from jaxtyping import Bool, Float, Float32, Int

from core.values import Split, TaskTable

CLIP = 10.0
"""Standard deviations past which an input is cut off."""

_CELLS = 1 << 22
"""Cells standardised at a time, so that no double-precision copy of the table is made."""


def model_inputs(table: TaskTable) -> Float32[np.ndarray, "sample input"]:
    """Features standardised by the training rows, 0 (their mean) where missing, cut at ± 10.

    A feature that is missing in some training rows adds a 0/1 column that says where it is
    missing (once for features missing in the same rows). Features without any spread in the
    training rows are left out. Statistics are taken in double precision.
    """
    rows = table.rows(Split.TRAIN)
    missing = np.isnan(table.features)
    step = max(1, _CELLS // max(1, len(missing)))
    parts = [
        _standardise(
            table.features[:, start : start + step], missing[:, start : start + step], rows
        )
        for start in range(0, missing.shape[1], step)
    ]
    indicators = missing[:, _distinct(missing[rows])].astype(np.float32)
    return np.concatenate([*parts, indicators], axis=1)


def _standardise(
    features: Float[np.ndarray, "sample feature"],
    missing: Bool[np.ndarray, "sample feature"],
    rows: Int[np.ndarray, " row"],
) -> Float32[np.ndarray, "sample input"]:
    """The features that vary in the training rows, standardised, 0 where missing."""
    known = ~missing[rows]
    train = np.where(known, features[rows], 0.0).astype(np.float64)
    size = np.abs(train).max(axis=0, initial=0.0)
    unit = np.where(size > 0, size, 1.0)  # squares of 1e200 and of 1e-200 stay finite
    train /= unit
    count = np.maximum(known.sum(axis=0), 1)
    mean = train.sum(axis=0) / count
    spread = np.sqrt(((train - mean) ** 2).sum(axis=0, where=known) / count)
    varies = spread > 1e-12
    scaled: np.ndarray = (features[:, varies] / unit[varies] - mean[varies]) / spread[varies]
    np.clip(scaled, -CLIP, CLIP, out=scaled)
    scaled[missing[:, varies]] = 0.0
    return scaled.astype(np.float32)


def _distinct(missing: Bool[np.ndarray, "row feature"]) -> list[int]:
    """The first feature of each pattern of missing training values, but for none and all."""
    some = np.flatnonzero(missing.any(axis=0) & ~missing.all(axis=0))
    packed = np.packbits(missing[:, some], axis=0)
    first: dict[bytes, int] = {}
    for place, feature in enumerate(some):
        first.setdefault(packed[:, place].tobytes(), int(feature))
    return list(first.values())
