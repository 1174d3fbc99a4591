"""Signs alone: which way every parameter is pushed, not how hard."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from core.affinity.base import LabelTotals, Measure, Totals
from core.affinity.within import mean_distance


@dataclass(frozen=True)
class Sign(Measure):
    """Mean over shared samples of the share of parameters whose displacements differ in sign.

    The scale-free form of GradSign (arXiv 2110.08616, METHODS §2). Of the parameters that can move
    on the sample; one that a task leaves where it is counts as half (ours). A distance in [0, 1],
    about 1/2 for unrelated tasks; 1 for a complement with a shared head, 0 with probes.
    """

    title: ClassVar[str] = "Sign disagreement"
    summary: ClassVar[str] = (
        "The share of the shared parameters that two tasks push in opposite directions, sample by "
        "sample. It is blind to how hard they push, so the scale of a loss does not matter. With "
        "one shared head it is the share of samples with different labels and no more, so a task "
        "and its opposite are the farthest apart; with probe heads those two are the same."
    )
    heads: ClassVar[str | None] = None
    is_distance: ClassVar[bool] = True
    reads: ClassVar[tuple[str, ...]] = ("opposite",)

    def __call__(
        self, totals: Totals, labels: LabelTotals
    ) -> Float[np.ndarray, "*replicate source target"]:
        return mean_distance(totals.opposite, totals)
