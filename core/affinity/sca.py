"""The paper's measure."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from core.affinity.base import LabelTotals, Measure, Totals
from core.affinity.within import mean_distance


@dataclass(frozen=True)
class SCA(Measure):
    """a_st = mean over shared samples of ‖θ*_is − θ*_it‖₁ (arXiv 2412.04413).

    With one shared head and K = 1 it is exactly a weighted label-Hamming distance where the heads
    start without bias (METHODS §2, identity 1), and close to one where they start at the priors.
    """

    title: ClassVar[str] = "Sample-wise convergence (SCA)"
    summary: ClassVar[str] = (
        "Mean distance between the places two tasks pull the shared layers to, sample by sample; "
        "small means alike. With one shared head it amounts to counting label disagreements, "
        "each weighted by how strongly its sample pulls: it sees base rates, so two rare tasks "
        "look closest, and it is blind to sign, so a task and its opposite look far apart."
    )
    heads: ClassVar[str | None] = None
    is_distance: ClassVar[bool] = True
    reads: ClassVar[tuple[str, ...]] = ("distance",)

    def __call__(
        self, totals: Totals, labels: LabelTotals
    ) -> Float[np.ndarray, "*replicate source target"]:
        return mean_distance(totals.distance, totals)
