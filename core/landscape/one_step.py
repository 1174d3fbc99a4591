"""The settings of a landscape: one step, or several, from random starts."""

from dataclasses import dataclass
from typing import ClassVar

from core.errors import MethodError
from core.landscape.trunks.brought import NOTHING, Brought
from core.methods import Method, knob

MAX_SUMS = 5_000_000
"""Numbers in each T × T sum of all blocks (40 MB): hundreds of tasks get fewer blocks (ours)."""

FEWEST_BLOCKS = 20
"""Fewer blocks make a poor bootstrap, so memory stops counting there."""


@dataclass(frozen=True)
class OneStep(Method):
    """Sample-wise optima one gradient step from a random start (METHODS §1 with K = 1), or several
    on a part of the rows, as `core.landscape.measure` finds them.

    Sums are averaged over the starts; the points come from the first. The size of a single step
    cancels in every measure and is 1. Defaults are ours: the paper's settings are not published.
    """

    title: ClassVar[str] = "One step"
    summary: ClassVar[str] = (
        "Where one gradient step from a random start would take the shared layers, for every "
        "sample and every task."
    )

    heads: str = knob(
        "shared",
        "shared: one random head for all tasks, as in the paper. probe: a head for each task, "
        "fitted on the frozen features. own: a random head for each task; this measures how the "
        "heads were drawn and is here for comparison only.",
        options=("shared", "probe", "own"),
    )
    head_bias: str = knob(
        "prior",
        "Where a random head starts for a task: at its base rate or mean (prior), or at zero. "
        "Probes fit their own.",
        options=("prior", "zero"),
    )
    trunk: str = knob(
        "auto",
        "The shared layers. mlp: linear layers with ReLU. linear: one linear map. cnn: "
        "convolutions over images. conv1d: convolutions along the steps of series. auto: cnn for "
        "images, conv1d for series, else mlp.",
        options=("auto", "mlp", "linear", "cnn", "conv1d"),
    )
    width: int = knob(128, "Units in every shared layer, or features of it.", low=1, high=4096)
    depth: int = knob(2, "Number of shared layers, or of convolutions.", low=1, high=8)
    last_layers: int = knob(
        0, "How many of the last shared layers count; 0 counts all.", low=0, high=100
    )
    start: str = knob(
        "random",
        "Where the shared layers start. random: untrained. warmup: after a short joint run over "
        "the training rows, with a head for each task that is then thrown away.",
        options=("random", "warmup"),
    )
    warmup_steps: int = knob(
        200, "Steps of the joint run; of no consequence without one.", low=1, high=100_000
    )
    pairing: str = knob(
        "auto",
        "How the samples of two tasks are compared. matched: on the samples both are labelled on. "
        "energy: all samples of one against all of the other, less what either has within itself. "
        "mean: the tasks' mean displacements. all_pairs: like energy without taking anything off. "
        "auto: energy where every task has samples of its own, else matched.",
        options=("auto", "matched", "energy", "mean", "all_pairs"),
    )
    pair_samples: int = knob(
        16, "Samples drawn for a task where they are not matched.", low=2, high=1000
    )
    steps: int = knob(
        1,
        "Gradient steps that every sample takes for every task. More than one follows each sample "
        "towards its own optimum, on a part of the rows and far slower.",
        low=1,
        high=50,
    )
    step_size: float = knob(
        0.01, "Size of a step; of no consequence for one step.", low=1e-6, high=10.0
    )
    step_rows: int = knob(
        300, "Rows that are followed for more than one step, about.", low=10, high=1_000_000
    )
    starts: int = knob(3, "Random starts to average; one is an anecdote.", low=1, high=100)
    ridge: float = knob(
        30.0, "How strongly a probe is held back from fitting chance.", low=1e-3, high=1e6
    )
    refits: int = knob(
        25,
        "Times that probes are fitted again on half of the patients, which tells how far they are "
        "to be trusted; of no consequence where heads are not fitted, or where tasks are compared "
        "by their mean displacements.",
        low=0,
        high=1000,
    )
    max_points: int = knob(
        20_000, "Most (sample, task) points kept for the pictures.", low=10, high=1_000_000
    )
    n_blocks: int = knob(
        50, "Blocks of whole patients that the bootstrap re-weights.", low=2, high=500
    )
    mean_rows: int = knob(
        5000, "Rows that mean displacements are taken from, about.", low=1, high=10_000_000
    )
    samples: int = knob(
        0,
        "Rows of the coreset that is measured in place of all training rows, about; 0 takes all. "
        "They are drawn by label and gradient norm; the report says how much error that adds.",
        low=0,
        high=10_000_000,
    )
    batch_size: int = knob(4096, "Most rows at a time.", low=1, high=1_000_000)

    def n_starts(self, brought: Brought = NOTHING) -> int:
        """One where nothing is drawn."""
        return self.starts if self.is_drawn(brought) else 1

    def is_drawn(self, brought: Brought) -> bool:
        """Whether a start owes anything to chance."""
        return not brought.is_trained or self.heads != "probe" or self.start == "warmup"

    def most_sums(self, n_tasks: int) -> int:
        """Blocks, or refits, that memory allows for."""
        return max(FEWEST_BLOCKS, MAX_SUMS // n_tasks**2)

    def pairing_of(self, has_own_samples: bool) -> str:
        """How samples are compared where every task has samples of its own, or not.

        Raises:
            MethodError: mean displacements of several steps.
        """
        if self.steps > 1 and self.pairing == "mean":
            raise MethodError(
                f"steps={self.steps}: mean displacements are those of the first step; use steps=1 "
                "or another pairing."
            )
        if self.pairing != "auto":
            return self.pairing
        return "energy" if has_own_samples else "matched"
