"""Where the tasks as wholes pull, not their samples."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from core.affinity.base import LabelTotals, Measure, Totals


@dataclass(frozen=True)
class MeanGradient(Measure):
    """Cosine of the tasks' mean displacements, each over its own labelled samples (METHODS §2).

    0 where a task's mean vanishes. Tasks need no common sample. The bootstrap is linear in the
    block weights (exact to first order), as the Gram matrix is kept and not the means.
    """

    title: ClassVar[str] = "Mean gradient (cosine)"
    summary: ClassVar[str] = (
        "Whether the first step of training would move the shared layers the same way for two "
        "tasks, each averaged over its own samples: 1 the same way, 0 unrelated, −1 against each "
        "other. It needs no samples in common, and is blind to how samples differ. With probe "
        "heads it compares what the probes have not fitted, and a task and its opposite are the "
        "same; with one shared head those two are the farthest apart."
    )
    heads: ClassVar[str | None] = "probe"
    is_distance: ClassVar[bool] = False
    lowest: ClassVar[float] = -1.0
    reads: ClassVar[tuple[str, ...]] = ("mean_product",)

    def __call__(
        self, totals: Totals, labels: LabelTotals
    ) -> Float[np.ndarray, "*replicate source target"]:
        labelled = np.diagonal(totals.count, axis1=-2, axis2=-1) > 0
        both = labelled[..., :, None] & labelled[..., None, :]
        return np.where(both, totals.mean_cosine, np.nan)
