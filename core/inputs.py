"""What a model is fed: the features of a table, standardised and without holes."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32, Int

from core.frozen import Frozen
from core.keys import ColumnHash
from core.moments import Moments
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
    learner = ScaleLearner(table.features.shape[1])
    rows = table.rows(Split.TRAIN)
    step = max(1, _CELLS // max(1, table.features.shape[1]))
    for start in range(0, len(rows), step):
        learner.add(table.features[rows[start : start + step]])
    return learner.scale()


class ScaleLearner:
    """Learns an `InputScale` from training rows that come part by part."""

    def __init__(self, n_features: int) -> None:
        self.moments = Moments(n_features)
        self.ever, self.always = np.zeros(n_features, bool), np.ones(n_features, bool)
        self.missing = ColumnHash(n_features)

    def add(self, train: Float[np.ndarray, "row feature"]) -> None:
        """Take in some training rows; the cut into parts does not matter, their order does not
        either but for rounding."""
        self.moments.add(train)
        missing = np.isnan(train)
        self.ever |= missing.any(axis=0)
        self.always &= missing.all(axis=0)
        self.missing.add(missing.astype(np.uint64))

    def scale(self) -> InputScale:
        """What the rows so far say."""
        spread = self.moments.spread
        return InputScale(
            self.moments.unit, self.moments.mean, spread, spread > 1e-12, self._flagged()
        )

    def _flagged(self) -> Int[np.ndarray, " flag"]:
        """The first feature of each pattern of missing values, but for none and all."""
        some = np.flatnonzero(self.ever & ~self.always)
        return np.sort(some[np.unique(self.missing.word[some], return_index=True)[1]])


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
