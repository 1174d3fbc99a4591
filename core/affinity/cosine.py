"""Directions, with their sign."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from core.affinity.base import LabelTotals, Measure, Totals
from core.affinity.within import mean_likeness


@dataclass(frozen=True)
class Cosine(Measure):
    """Mean over shared samples of cos(Δ_is, Δ_it) (METHODS §2).

    A complement task has −1 with a shared head and 1 with probes, as its probe is flipped too.
    With one shared output it is 1 − 2 · the share of shared samples whose residuals differ in
    sign: for binary tasks the labels alone. The similarity is (1 + cosine) / 2 (ours).
    """

    title: ClassVar[str] = "Signed direction (cosine)"
    summary: ClassVar[str] = (
        "Whether two tasks pull the shared layers the same way (1), in unrelated directions (0) "
        "or against each other (−1), sample by sample; it is blind to how hard they pull. With one "
        "shared head it is the share of samples with equal labels and no more, and a task and its "
        "opposite are the farthest apart; with probe heads those two are the same."
    )
    heads: ClassVar[str | None] = None
    is_distance: ClassVar[bool] = False
    lowest: ClassVar[float] = -1.0
    reads: ClassVar[tuple[str, ...]] = ("cosine",)

    def __call__(
        self, totals: Totals, labels: LabelTotals
    ) -> Float[np.ndarray, "*replicate source target"]:
        return mean_likeness(totals.cosine, totals)
