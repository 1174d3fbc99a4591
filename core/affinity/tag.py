"""What training on one task does to another's loss, as the method to beat measures it."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from core.affinity.base import LabelTotals, Measure, Totals
from core.joint_run import JointRun


@dataclass(frozen=True)
class TAG(JointRun, Measure):
    """Z_source→target = 1 − ℓ_target(θ − η g_source) / ℓ_target(θ), averaged over one joint run
    (Fifty et al. 2021, arXiv 2109.04617).

    Asymmetric: row source, column target; the diagonal is what a task's own step does for it. The
    similarity adds up both directions, as the authors do to select networks, as a share of what the
    two tasks do for themselves (ours). Losses ahead are read on held-out training rows (ours; the
    authors read them on the batch of the step, `held_out=0`), each task's gradient is taken in
    units of its constant predictor's loss, and the run is short (ours).
    """

    title: ClassVar[str] = "Transfer in training (TAG)"
    summary: ClassVar[str] = (
        "In one short joint run: the share of its loss on held-out training rows that a target "
        "gains from one step of a source. Above 0 the source helps, below 0 it harms; the two "
        "directions differ. It sees what training does, signs and complements included, and is "
        "blind to what larger groups do together; rare tasks have few held-out events, so theirs "
        "is mostly noise."
    )
    heads: ClassVar[str | None] = None
    is_distance: ClassVar[bool] = False
    is_directed: ClassVar[bool] = True
    most_tasks: ClassVar[float] = 100

    def __call__(
        self, totals: Totals, labels: LabelTotals
    ) -> Float[np.ndarray, "*replicate source target"]:
        return totals.gain_ahead
