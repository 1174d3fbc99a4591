"""The landscape after one step: its settings, and the loop over random starts."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from core.device import pick_device
from core.errors import MethodError
from core.landscape.coreset import draw_coreset
from core.landscape.ground import Ground
from core.landscape.notes import (
    explain_estimate,
    explain_heads,
    explain_pairing,
    explain_sample,
    explain_start,
    explain_trunk,
    explain_walks,
)
from core.landscape.refits.measure import are_refitted, measure_refits
from core.landscape.rows.labels import Distinct
from core.landscape.rows.material import Inputs, Material, from_stream, from_table
from core.landscape.rows.pieces import supply
from core.landscape.spread import explain_spread
from core.landscape.start import generator_of, measure_start, place_start
from core.landscape.start_points import draw_points
from core.landscape.sums.accumulate import mean_of
from core.landscape.terms import SUMS
from core.landscape.trunks.brought import NOTHING, Brought
from core.methods import Method, knob
from core.progress import OnProgress, within
from core.streamed import StreamedTable
from core.values import Landscape, PairSums, Points, TaskTable

MAX_SUMS = 5_000_000
"""Numbers in each T × T sum of all blocks (40 MB): hundreds of tasks get fewer blocks (ours)."""

FEWEST_BLOCKS = 20
"""Fewer blocks make a poor bootstrap, so memory stops counting there."""


@dataclass(frozen=True)
class OneStep(Method):
    """Sample-wise optima one gradient step from a random start (METHODS §1 with K = 1).

    Sums are averaged over the starts; the points come from the first. The step size cancels in
    every measure and is 1. Defaults are ours: the paper's settings are not published.
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

    def __call__(
        self,
        table: TaskTable | StreamedTable,
        seed: int,
        device: str,
        on_progress: OnProgress,
        reads: frozenset[str] = frozenset(SUMS),
        brought: Brought = NOTHING,
        inputs: Inputs | None = None,
    ) -> Landscape:
        """See `measure_landscape`."""
        material = self._material(table, seed, inputs)
        tasks, labels = material.own_tasks, material.fair_labels()
        one_output = self.heads == "shared" and all(task.n_outputs == 1 for task in tasks)
        pairing, on = self._pairing(material), pick_device(device)
        rows = material.arrange(material.at_hand, on, one_output)
        every = material.every(on, one_output) if isinstance(table, StreamedTable) else None
        coreset = None
        if 0 < self.samples < material.n_rows and pairing == "matched" and self.steps == 1:
            drawn, coreset = draw_coreset(material, self.samples, seed, on, one_output)
            every = supply(drawn)
        ground = Ground(tasks, labels, rows, material.layout, brought, pairing, every, reads)
        again = min(self.refits, self._most_sums(len(tasks))) if are_refitted(self, ground) else 0
        share = (0.5 if again else 1.0) / self.starts
        n = self.n_starts(brought)
        parts = [within(on_progress, k * share, (k + 1) * share) for k in range(n)]
        starts = [measure_start(self, ground, generator_of(seed, k), parts[k]) for k in range(n)]
        refits, on_refit = None, within(on_progress, 0.5, 1.0)
        if again:
            first = (starts[0].trunk, starts[0].sums)
            refits = measure_refits(self, ground, *first, again, seed, on_refit)
        n_followed = self.step_rows if pairing == "matched" else self.pair_samples * len(tasks)
        return Landscape(
            tasks=table.tasks,
            heads=self.heads,
            n_samples=material.n_rows,
            sums=_with_copies(mean_of([start.sums for start in starts]), material.distinct),
            label_sums=material.label_sums(),
            points=draw_points(material, starts[0].trunk, starts[0].heads, self.max_points, seed),
            curve=np.mean([start.curve for start in starts], axis=0),
            coreset=coreset,
            refits=None if refits is None else _with_copies(refits, material.distinct),
            notes=(
                *material.notes,
                *explain_trunk(*material.layout.kind(self.trunk), brought.trunk is not None),
                *explain_start(self.start, self.warmup_steps, brought.is_trained),
                *explain_walks(starts[0].curve, self.step_size, n_followed),
                *explain_heads(self.heads),
                *explain_pairing(pairing, self.pair_samples),
                *explain_sample(len(material.weight), material.n_rows, pairing, self.steps),
                *explain_estimate(starts[0].n_estimated),
                *explain_spread([start.sums for start in starts], self._is_drawn(brought)),
            ),
        )

    def points_of_start(
        self,
        number: int,
        table: TaskTable | StreamedTable,
        seed: int,
        device: str,
        on_progress: OnProgress,
        brought: Brought = NOTHING,
    ) -> Points:
        """See `measure_points`. A point is one step whatever is summed, so nothing is."""
        material = self._material(table, seed)
        tasks, labels, layout = material.own_tasks, material.fair_labels(), material.layout
        one_output = self.heads == "shared" and all(task.n_outputs == 1 for task in tasks)
        rows = material.arrange(material.at_hand, pick_device(device), one_output)
        ground = Ground(tasks, labels, rows, layout, brought, "matched", None, frozenset())
        trunk, heads = place_start(self, ground, generator_of(seed, number), on_progress)
        return draw_points(material, trunk, heads, self.max_points, seed)

    def n_starts(self, brought: Brought = NOTHING) -> int:
        """One where nothing is drawn."""
        return self.starts if self._is_drawn(brought) else 1

    def _is_drawn(self, brought: Brought) -> bool:
        """Whether a start owes anything to chance."""
        return not brought.is_trained or self.heads != "probe" or self.start == "warmup"

    def _material(
        self, table: TaskTable | StreamedTable, seed: int, made: Inputs | None = None
    ) -> Material:
        blocks = (min(self.n_blocks, self._most_sums(len(table.tasks))), seed)
        if isinstance(table, TaskTable):
            return from_table(table, *blocks, made)
        return from_stream(table, *blocks)

    def _most_sums(self, n_tasks: int) -> int:
        return max(FEWEST_BLOCKS, MAX_SUMS // n_tasks**2)

    def _pairing(self, material: Material) -> str:
        if self.steps > 1 and self.pairing == "mean":
            raise MethodError(
                f"steps={self.steps}: mean displacements are those of the first step; use steps=1 "
                "or another pairing."
            )
        if self.pairing != "auto":
            return self.pairing
        return "energy" if material.has_own_samples else "matched"


def _with_copies(sums: PairSums, distinct: Distinct) -> PairSums:
    """Sums of all tasks from those of the distinct ones."""
    number = distinct.number
    if len(distinct.first) == len(number):
        return sums
    copied: dict[str, Any] = {
        name: values[:, number][:, :, number]
        for name, values in sums._items()
        if isinstance(values, np.ndarray)
    }
    return replace(sums, **copied)
