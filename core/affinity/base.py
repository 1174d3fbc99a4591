"""What a measure is, and the totals it reads."""

from abc import abstractmethod
from dataclasses import dataclass
from math import inf
from typing import ClassVar

import numpy as np
from jaxtyping import Float, Int

from core.methods import Method


@dataclass(frozen=True, eq=False)
class Totals:
    """`PairSums` added up over the blocks; leading axes are bootstrap replicates."""

    count: Float[np.ndarray, "*replicate source target"]
    distance: Float[np.ndarray, "*replicate source target"]
    mass: Float[np.ndarray, "*replicate source target"]
    abs_cosine: Float[np.ndarray, "*replicate source target"]
    cosine: Float[np.ndarray, "*replicate source target"]
    opposite: Float[np.ndarray, "*replicate source target"]
    mean_cosine: Float[np.ndarray, "*replicate source target"]
    """Cosine of Σ Δ_source and Σ Δ_target, to first order in the weights of the blocks."""
    gain_ahead: Float[np.ndarray, "*replicate source target"]
    """Sums of `LookAhead.gain`; NaN where the landscape has none."""
    pairing: str = "matched"
    """As in `PairSums`."""


@dataclass(frozen=True, eq=False)
class LabelTotals:
    """`LabelSums` added up over the blocks; `task` tells whose column it is."""

    task: Int[np.ndarray, " column"]
    count: Float[np.ndarray, "*replicate column column"]
    total: Float[np.ndarray, "*replicate column column"]
    square: Float[np.ndarray, "*replicate column column"]
    product: Float[np.ndarray, "*replicate column column"]


@dataclass(frozen=True)
class Measure(Method):
    """A way to turn totals into one number a pair of tasks."""

    heads: ClassVar[str | None]
    """Heads of the landscape the measure is meant for; None takes the one the user chose."""
    is_distance: ClassVar[bool]
    """Small is alike; a measure that is no distance is a similarity in [lowest, 1]."""
    lowest: ClassVar[float] = 0.0
    """The value of a similarity measure that counts as not alike at all."""
    reads: ClassVar[tuple[str, ...]] = ()
    """The sums it reads beside the counts, by their names in `PairSums`; each has its cost."""
    is_directed: ClassVar[bool] = False
    """What a source does to a target is not what the target does to it; the diagonal holds what a
    task does to itself."""
    most_tasks: ClassVar[float] = inf
    """Up to so many tasks every run computes the measure; past them only where it is chosen."""

    @abstractmethod
    def __call__(
        self, totals: Totals, labels: LabelTotals
    ) -> Float[np.ndarray, "*replicate source target"]:
        """The measure in its own units; NaN where it is not defined."""


def ratio(
    part: Float[np.ndarray, "*any"], whole: Float[np.ndarray, "*any"]
) -> Float[np.ndarray, "*any"]:
    """part / whole, NaN where whole is 0."""
    undefined = np.full(np.shape(part), np.nan)
    return np.asarray(np.divide(part, whole, out=undefined, where=whole != 0))
