"""The nouns of one short joint run that looks ahead: its settings, and what it found.

In a joint run all tasks share the trunk. Every few steps each task's gradient alone takes the trunk
one step ahead, and the losses of all tasks are read there, on rows the run does not learn from.
The landscape makes the run; the measure `tag` is its settings, and reads what it found.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from core.frozen import Frozen
from core.methods import Method, knob


@dataclass(frozen=True)
class JointRun(Method):
    """Settings of a joint run with look-ahead steps (Fifty et al. 2021, arXiv 2109.04617).

    Looking ahead every 10 steps and a step size of 0.1 are the authors' published settings; the
    other defaults are ours, for tables: published runs last many epochs and look ahead on the
    training batch itself.
    """

    steps: int = knob(300, "Steps of the joint run.", low=1, high=100_000)
    every: int = knob(10, "Steps from one look ahead to the next.", low=1, high=1000)
    learning_rate: float = knob(
        0.1, "Size of a step, of the run and of a look ahead.", low=1e-6, high=10.0
    )
    batch_size: int = knob(128, "Rows of a step.", low=1, high=65_536)
    held_out: float = knob(
        0.25,
        "Share of the training patients that the run does not learn from: losses ahead are read on "
        "them. 0 reads them on the batch of the step, as published.",
        low=0.0,
        high=0.9,
    )
    look_rows: int = knob(512, "Held-out rows that a look ahead reads.", low=1, high=65_536)


@dataclass(frozen=True, eq=False)
class LookAhead(Frozen):
    """What one joint run of all tasks found by looking ahead (`core.landscape.look_ahead.joint`).

    `gain` adds up over the blocks to Z[source, target]: the share of its held-out loss that the
    target gains from a step of the source alone, averaged over the looks; NaN where no look had
    labels of both. Weighting the blocks gives Z of the re-weighted rows to first order.
    """

    gain: Float[np.ndarray, "block source target"]
    n_looks: int
    n_rows: int
    """Rows held out for looking; 0 where the run looked at the batches it learnt from."""
    notes: tuple[str, ...] = ()
