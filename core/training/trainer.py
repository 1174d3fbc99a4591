"""The batched ensemble trainer: groups × seeds as one stack of weights, chunk by chunk."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from core.convolutions import CONVOLUTIONS, Outline, outline_of
from core.errors import MethodError
from core.machine.device import pick_device
from core.machine.threads import lone_threads
from core.methods import Method, knob
from core.progress import OnProgress, silent
from core.training.chunk import Recipe, train_chunk
from core.training.convolution import make_factory
from core.training.cutting import check_groups, cut_chunks, without
from core.training.draws import draw_batches, head_priors
from core.training.examples import Examples
from core.training.halves import train_in_halves
from core.training.modules import TrunkFactory, count_parameters
from core.training.parallel import OnChunk, train_chunks
from core.training.problem import pose
from core.training.trained import Group, Trained, join

if TYPE_CHECKING:
    import torch

_TRAIN, _VALIDATION = 0.6, 0.2
_COPIES = 5
"""Numbers held for each weight: itself, its gradient, two moments of Adam, the best state."""
_RAW = 3
"""Numbers held for each output of a row: itself, its gradient, what it is compared with."""

SLOWER = 12.5
"""Times that a multiplication of a convolution takes longer than one of plain layers (ours, by a
validation on images of 28 × 28)."""

GPU_MODELS = 32
"""Times the models of a chunk on a CPU that a GPU takes at once (ours)."""


class Cost(NamedTuple):
    """What training will take at most."""

    n_models: int
    flops: float
    """Floating-point operations of all models."""
    n_steps: float
    """Steps of all models."""
    n_evaluated: float
    """Rows that all models are evaluated on, each as often as it is."""


@dataclass(frozen=True)
class Trainer(Method):
    """Trains one network for every group and seed, all of a chunk at once.

    Every network is a trunk (rectified layers; convolutions where the samples are images or
    series) and a linear head for each member. The loss of a step is Σ over members of (mean loss
    over the labelled rows of the batch) / (loss of the constant predictor). Init and batches depend
    on the seed alone, so groups are compared in pairs. Each network stops by itself and keeps its
    best state (METHODS §6).

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
    trunk: str = knob(
        "auto",
        "Plain layers, a small CNN for images or convolutions along series; by the samples when "
        "auto.",
        options=("auto", "mlp", *CONVOLUTIONS),
    )
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
            trunk: makes another trunk than the one the settings name.
            known: groups that were trained before and are left out. Chunks are cut as if they were
                not, so that training which was stopped goes on to the same numbers.

        Raises:
            MethodError: no or an unknown group, none left to train, no seed, or a trunk that
                cannot be stacked.
        """
        distinct = check_groups(groups, len(examples.tasks), known)
        place, largest = pick_device(device), max(map(len, distinct))
        own = None if trunk else self.outline(examples.layout.shape, examples.n_features)
        made = make_factory(examples.layout, own) if own else trunk
        recipe = self._recipe(examples, seeds, place, made, own)
        train = partial(train_chunk, recipe)
        with lone_threads() as n_threads:
            n_workers = n_threads if place.type == "cpu" else 1
            most = self.models_at_once * (1 if place.type == "cpu" else GPU_MODELS)
            numbers = self.max_megabytes * 1e6 / (4 if self.precision == "float32" else 8)
            n_trunk = count_parameters(trunk(seeds[0])) if trunk else 0
            fits = int(numbers / self._n_numbers(examples, largest, own, n_trunk)) // n_workers
            chunks = cut_chunks(distinct, min(fits, most) // len(seeds), n_workers)
            parts = train_chunks(
                lambda chunk, report: train_in_halves(train, chunk, report),
                without(known, chunks),
                n_workers,
                on_progress,
                on_chunk or (lambda trained: None),
            )
        return join(parts)

    def outline(self, shape: tuple[int, ...], n_features: int) -> Outline | None:
        """The layers of the trunk for samples of a shape (empty for a row of a table); None for
        plain ones.

        Raises:
            MethodError: a convolution was asked for, and such samples are no images or no series.
        """
        return outline_of(self.trunk, shape, n_features, self.width, self.depth)

    def estimate(
        self,
        n_inputs: int,
        n_rows: int,
        group_sizes: Sequence[int],
        n_seeds: int,
        shape: tuple[int, ...] = (),
    ) -> Cost:
        """The most that training may cost: no network stops early. Loads no torch.

        Args:
            n_inputs: numbers of a sample.
            n_rows: of all splits together.
            group_sizes: the tasks of every network.
            n_seeds: networks of a group.
            shape: of a sample, empty for a row of a table.
        """
        evaluated = _VALIDATION * n_rows * (1 + self.max_steps / self.evaluate_every)
        trained = 3.0 * self.max_steps * min(self.batch_size, _TRAIN * n_rows)
        own = self.outline(shape, n_inputs)
        trunk = SLOWER * own.n_products if own else self._n_weights(n_inputs, 0, None)
        products = sum(trunk + size * self.width for size in group_sizes)
        n_models = n_seeds * len(group_sizes)
        flops = 2.0 * n_seeds * products * (trained + evaluated)
        return Cost(n_models, flops, float(n_models * self.max_steps), n_models * evaluated)

    def _n_numbers(
        self, examples: Examples, largest: int, own: Outline | None, n_trunk: int
    ) -> int:
        """Numbers of one model in training: of its weights, and of a batch on its way. `n_trunk`
        are those of a trunk that was handed in, 0 without."""
        outputs = largest * max(task.n_outputs for task in examples.tasks)  # padded
        weights = n_trunk + self._n_weights(examples.inputs.shape[1], outputs, own)
        layers = own.n_numbers if own else self.depth * self.width
        return _COPIES * weights + self.batch_size * (2 * layers + _RAW * outputs)

    def _n_weights(self, n_inputs: int, n_outputs: int, own: Outline | None) -> int:
        inner = (self.depth - 1) * self.width**2
        trunk = own.n_weights if own else n_inputs * self.width + inner
        return trunk + n_outputs * self.width

    def _recipe(
        self,
        examples: Examples,
        seeds: Sequence[int],
        device: "torch.device",
        trunk: TrunkFactory | None,
        own: Outline | None,
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
            outline=own,
        )
