"""Directions instead of places."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from core.affinity.base import LabelTotals, Measure, Totals
from core.affinity.within import mean_likeness


@dataclass(frozen=True)
class AbsCosine(Measure):
    """Mean over shared samples of |cos(Δ_is, Δ_it)| (METHODS §2); 1 for a complement task."""

    title: ClassVar[str] = "Direction (|cosine|)"
    summary: ClassVar[str] = (
        "How parallel the two tasks' pulls on the shared layers are, sample by sample, whichever "
        "way they point: 1 means they ask for the same features. It is blind to sign on purpose "
        "(a task and its opposite can share everything) and blind to base rates and loss scale. "
        "For tasks with one output it compares what each task's probe reads, not the labels of "
        "a sample, so it is only as good as the probes; rare tasks have noisy ones."
    )
    heads: ClassVar[str | None] = "probe"
    is_distance: ClassVar[bool] = False
    reads: ClassVar[tuple[str, ...]] = ("abs_cosine",)

    def __call__(
        self, totals: Totals, labels: LabelTotals
    ) -> Float[np.ndarray, "*replicate source target"]:
        return mean_likeness(totals.abs_cosine, totals)
