"""What a model is fed: the features of a table, standardised and without holes."""

import numpy as np
from jaxtyping import Bool, Float, Float32

from core.values import Split, TaskTable

CLIP = 10.0
"""Standard deviations past which an input is cut off."""


def model_inputs(table: TaskTable) -> Float32[np.ndarray, "sample input"]:
    """Features standardised by the training rows, 0 (their mean) where missing, cut at ± 10.

    A feature that is missing in some training rows adds a 0/1 column that says where it is
    missing (once for features missing in the same rows). Features without any spread in the
    training rows are left out. Statistics are taken in double precision.
    """
    rows = table.rows(Split.TRAIN)
    values = table.features.astype(np.float64)
    missing = np.isnan(values)
    scaled, varies = _standardise(values, missing, rows)
    indicators = missing[:, _distinct(missing[rows])]
    return np.concatenate([scaled[:, varies], indicators], axis=1).astype(np.float32)


def _standardise(
    values: Float[np.ndarray, "sample feature"],
    missing: Bool[np.ndarray, "sample feature"],
    rows: np.ndarray,
) -> tuple[Float[np.ndarray, "sample feature"], Bool[np.ndarray, " feature"]]:
    """Standardised values and which features vary in the training rows."""
    known = ~missing[rows]
    train = np.where(known, values[rows], 0.0)
    count = np.maximum(known.sum(axis=0), 1)
    size = np.abs(train).max(axis=0, initial=0.0)
    unit = np.where(size > 0, size, 1.0)  # squares of 1e200 and 1e-200 stay finite
    mean = (train / unit).sum(axis=0) / count
    centred = np.where(known, train / unit - mean, 0.0)
    spread = np.sqrt((centred**2).sum(axis=0) / count)
    varies = spread > 1e-12
    scaled = (values / unit - mean) / np.where(varies, spread, 1.0)
    return np.where(missing, 0.0, np.clip(scaled, -CLIP, CLIP)), varies


def _distinct(missing: Bool[np.ndarray, "row feature"]) -> list[int]:
    """The first feature of each pattern of missing training values, but for none and all."""
    some = np.flatnonzero(missing.any(axis=0) & ~missing.all(axis=0))
    packed = np.packbits(missing[:, some], axis=0)
    first: dict[bytes, int] = {}
    for place, feature in enumerate(some):
        first.setdefault(packed[:, place].tobytes(), int(feature))
    return list(first.values())
