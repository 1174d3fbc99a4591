"""The batched ensemble trainer: groups × seeds as one stack of weights, chunk by chunk."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from core.device import pick_device
from core.errors import MethodError
from core.methods import Method, knob
from core.progress import OnProgress, silent
from core.training.chunk import Recipe, train_chunk
from core.training.draws import draw_batches, head_priors
from core.training.examples import Examples
from core.training.halves import train_in_halves
from core.training.modules import TrunkFactory
from core.training.parallel import Chunk, OnChunk, lone_threads, train_chunks
from core.training.problem import pose
from core.training.trained import Group, Trained, join

if TYPE_CHECKING:
    import torch

_TRAIN, _VALIDATION = 0.6, 0.2
_COPIES = 5
"""Numbers held for each weight: itself, its gradient, two moments of Adam, the best state."""
_RAW = 3
"""Numbers held for each output of a row: itself, its gradient, what it is compared with."""

GPU_MODELS = 32
"""Times the models of a chunk on a CPU that a GPU takes at once (ours)."""


class Cost(NamedTuple):
    """What training will take at most: models, and floating-point operations of their steps."""

    n_models: int
    flops: float


@dataclass(frozen=True)
class Trainer(Method):
    """Trains one network for every group and seed, all of a chunk at once.

    Every network is a trunk of rectified layers and a linear head for each member. The loss of a
    step is Σ over members of (mean loss over the labelled rows of the batch) / (loss of the
    constant predictor). Init and batches depend on the seed alone, so groups are compared in
    pairs. Each network stops by itself and keeps its best state (METHODS §6).

    The defaults are ours, by the mean test loss of alone and together networks (3 seeds) on
    mi_complications, nhanes_adult, etth1, landmine and two generated cohorts: step sizes 1e-3 to
    1e-2, decays 0 to 10, batches of 32 to 128. A decay of 1 instead of 0.1 lowers 9 of these 12
    losses, by up to 17 %, and raises the others by at most 1 % (nhanes_adult, the most rows).
    Batches of 32 do as well as 64 on average for half the work. Patience 5 keeps nearly the states
    of patience 10, which takes up to half as many steps more.
    """

    title = "Batched ensemble"
    summary = "Trains the networks of all groups and seeds side by side."

    width: int = knob(32, "Units of each layer of a trunk.", low=1, high=1024)
    depth: int = knob(2, "Layers of a trunk.", low=1, high=8)
    learning_rate: float = knob(2e-3, "Step size.", low=1e-6, high=100.0)
    max_steps: int = knob(1000, "Training steps at most.", low=1, high=100_000)
    batch_size: int = knob(32, "Rows of one step.", low=1, high=65_536)
    patience: int = knob(6, "Evaluations without a better loss before a network stops.", low=1)
    evaluate_every: int = knob(20, "Steps between two evaluations.", low=1, high=100_000)
    weight_decay: float = knob(1.0, "Decay of the weights (not of biases).", low=0.0, high=100.0)
    optimizer: str = knob("adam", "AdamW or plain SGD.", options=("adam", "sgd"))
    precision: str = knob("float32", "Numbers to compute with.", options=("float32", "float64"))
    models_at_once: int = knob(
        64, "Networks of one chunk at most (a GPU takes 32 times as many).", low=1, high=100_000
    )
    max_megabytes: int = knob(1000, "Memory of the models in training at most.", low=1)

    def __call__(
        self,
        examples: Examples,
        groups: Sequence[Group],
        seeds: Sequence[int],
        device: str = "auto",
        on_progress: OnProgress = silent,
        on_chunk: OnChunk | None = None,
        trunk: TrunkFactory | None = None,
        known: Collection[Group] = (),
    ) -> Trained:
        """Train every group with every seed.

        Args:
            examples: rows of TRAIN are learnt from, rows of VALIDATION stop the training.
            groups: ascending task numbers of each network; a repeated group is trained once.
            seeds: of init and batches, at least one.
            device: `auto`, `cpu` or `cuda`.
            on_progress: called at every evaluation; may raise Cancelled.
            on_chunk: called with every finished chunk: all seeds of some groups.
            trunk: makes another trunk than the layers of `width` × `depth`.
            known: groups that were trained before and are left out. Chunks are cut as if they were
                not, so that training which was stopped goes on to the same numbers.

        Raises:
            MethodError: no or an unknown group, none left to train, no seed, or a trunk that
                cannot be stacked.
        """
        distinct = check_groups(groups, len(examples.tasks), known)
        place = pick_device(device)
        train = partial(train_chunk, self._recipe(examples, seeds, place, trunk))
        with lone_threads() as n_threads:
            n_workers = n_threads if place.type == "cpu" else 1
            most = self.models_at_once * (1 if place.type == "cpu" else GPU_MODELS)
            parts = train_chunks(
                lambda chunk, report: train_in_halves(train, chunk, report),
                _without(known, self._chunks(distinct, examples, len(seeds), n_workers, most)),
                n_workers,
                on_progress,
                on_chunk or (lambda trained: None),
            )
        return join(parts)

    def estimate(
        self, n_inputs: int, n_rows: int, group_sizes: Sequence[int], n_seeds: int
    ) -> Cost:
        """The most that training may cost: no network stops early. Loads no torch."""
        evaluated = _VALIDATION * n_rows * (1 + self.max_steps / self.evaluate_every)
        trained = 3.0 * self.max_steps * min(self.batch_size, _TRAIN * n_rows)
        weights = sum(self._n_weights(n_inputs, size) for size in group_sizes)
        return Cost(n_seeds * len(group_sizes), 2.0 * n_seeds * weights * (trained + evaluated))

    def _chunks(
        self,
        groups: Sequence[Group],
        examples: Examples,
        n_seeds: int,
        n_workers: int,
        most: int,
    ) -> list[Chunk]:
        """Groups of like sizes together, as many as fit the memory and the cache; the largest
        first, so that no worker is left with a long one at the end."""
        ordered = sorted(groups, key=lambda group: (-len(group), group))
        outputs = len(ordered[0]) * max(task.n_outputs for task in examples.tasks)  # padded
        weights = self._n_weights(examples.inputs.shape[1], outputs)
        units = self.batch_size * (2 * self.depth * self.width + _RAW * outputs)
        size = 4 if self.precision == "float32" else 8
        fits = int(self.max_megabytes * 1e6 / size / (_COPIES * weights + units))
        at_once = max(1, min(fits // n_workers, most) // n_seeds)
        n_chunks = max(-(-len(ordered) // at_once), min(n_workers, len(ordered)))
        edges = [round(place * len(ordered) / n_chunks) for place in range(n_chunks + 1)]
        return [tuple(ordered[a:b]) for a, b in pairwise(edges)]

    def _n_weights(self, n_inputs: int, n_outputs: int) -> int:
        inner = (self.depth - 1) * self.width**2
        return n_inputs * self.width + inner + n_outputs * self.width

    def _recipe(
        self,
        examples: Examples,
        seeds: Sequence[int],
        device: "torch.device",
        trunk: TrunkFactory | None,
    ) -> Recipe:
        import torch

        if not seeds or min(seeds) < 0 or len(set(seeds)) < len(seeds):
            raise MethodError(f"seeds={tuple(seeds)}: give at least one, each once and 0 or more.")
        batches = draw_batches(examples, seeds, self.max_steps, self.batch_size)
        return Recipe(
            examples=examples,
            problem=pose(examples, batches, device, getattr(torch, self.precision)),
            priors=head_priors(examples),
            seeds=tuple(seeds),
            width=self.width,
            depth=self.depth,
            optimizer=self.optimizer,
            learning_rate=self.learning_rate,
            weight_decay=self.weight_decay,
            max_steps=self.max_steps,
            evaluate_every=self.evaluate_every,
            patience=self.patience,
            trunk=trunk,
        )


def _without(known: Collection[Group], chunks: Sequence[Chunk]) -> list[Chunk]:
    """The chunks less what is known; none that is left empty."""
    left = [tuple(group for group in chunk if group not in known) for chunk in chunks]
    return [chunk for chunk in left if chunk]


def check_groups(
    groups: Sequence[Group], n_tasks: int, known: Collection[Group] = ()
) -> list[Group]:
    """The distinct groups in the order given.

    Raises:
        MethodError: no group that is not known, an empty one, or one whose tasks are unknown or
            not ascending.
    """
    if all(group in known for group in groups):
        raise MethodError("There is no group to train; give at least one.")
    for group in groups:
        if not group or list(group) != sorted(set(group)) or group[0] < 0 or group[-1] >= n_tasks:
            raise MethodError(
                f"Group {tuple(group)} must name tasks 0 to {n_tasks - 1}, ascending, each once."
            )
    return list(dict.fromkeys(tuple(group) for group in groups))
