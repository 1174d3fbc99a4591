"""Pair terms and mean displacements of a stream of batches, block by block.

⟨Σ Δ_source over a block, Σ Δ_target over all⟩ needs Σ Δ of every block. Where that would be too
much, only some outputs of every layer are kept and stand for all of them (ours).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Bool, Int

from core.landscape.layers.pull import Factors, Pull, Sites, Whole, terms_of_layers
from core.landscape.terms import PairTerms
from core.machine.device import send
from core.recording.call import Call, Place
from core.recording.lookup import Lookup
from core.recording.pulls import Layer
from core.values import PairSums

if TYPE_CHECKING:
    import torch
    from torch import Tensor

MAX_TERMS = 2**22
"""T × T terms of a part of a batch (16 MB each)."""
MAX_MEANS = 2**25
"""Numbers kept for the mean displacements of all blocks and tasks (128 MB; ours)."""
MAX_WHOLE = 2**24
"""Numbers formed of a layer without a short cut (64 MB)."""


class Part(NamedTuple):
    """Some samples of a batch."""

    calls: Mapping[Place, Sequence[Call]]
    """By where it is; every use of a layer in a batch that counts."""
    known: "Bool[Tensor, 'sample task']"
    block: Int[np.ndarray, " sample"]

    def of(self, samples: slice | Int[np.ndarray, " some"]) -> "Part":
        """Some of them; of a slice nothing is copied."""
        at = samples if isinstance(samples, slice) else send(samples, self.known.device)
        calls = {place: [one.of(at) for one in found] for place, found in self.calls.items()}
        return Part(calls, self.known[at], self.block[samples])

    def by_block(self) -> "list[tuple[int, Int[Tensor, ' some']]]":
        """Every block with its samples."""
        return [
            (int(number), send(np.flatnonzero(self.block == number), self.known.device))
            for number in np.unique(self.block)
        ]

    def pulls(self, layers: Sequence[Layer]) -> "Iterator[tuple[str, Pull]]":
        """Layer after layer, each under a name of its own."""
        for layer in layers:
            if calls := [call for place in layer.places for call in self.calls.get(place, ())]:
                for number, pull in enumerate(layer.pulls(calls)):
                    yield f"{layer.key}/{number}", pull


class Means:
    """Σ Δ of every block and task, of some outputs of every layer."""

    def __init__(self, n_blocks: int, n_tasks: int, n_weights: int) -> None:
        self.share = min(1.0, MAX_MEANS / max(1, n_blocks * n_tasks * n_weights))
        self.n_blocks, self.n_tasks = n_blocks, n_tasks
        self._sums: dict[str, Tensor] = {}
        self._units: dict[str, tuple[Tensor, float]] = {}

    def add(
        self, name: str, pull: Pull, by_block: "list[tuple[int, Int[Tensor, ' some']]]"
    ) -> None:
        import torch

        units, _ = self._units_of(name, pull)
        kept = _some_units(pull, units)
        shape = (self.n_blocks, self.n_tasks, len(units), kept.shape[3])
        if name not in self._sums:
            self._sums[name] = torch.zeros(shape, dtype=pull.like.dtype, device=pull.like.device)
        for number, mine in by_block:
            self._sums[name][number].add_(_some_rows(kept, mine).total())

    def products(self) -> "Tensor":
        """[block, source, target]."""
        import torch

        found = []
        for name, sums in self._sums.items():
            flat = sums.flatten(2).double()
            found.append(self._units[name][1] * flat @ flat.sum(0).T)
        return torch.stack(found).sum(0)

    def _units_of(self, name: str, pull: Pull) -> "tuple[Tensor, float]":
        """Which outputs stand for all, and how many each stands for."""
        if name not in self._units:
            n_outputs = pull.shape[2]
            kept = max(1, int(n_outputs * self.share))
            rng = np.random.default_rng([len(self._units), n_outputs])
            drawn = np.sort(rng.choice(n_outputs, kept, replace=False))
            units = send(drawn, pull.like.device)
            self._units[name] = (units, n_outputs / kept)
        return self._units[name]


class Sums:
    """Everything that is summed by block, on the device of the model."""

    def __init__(self, n_tasks: int, n_blocks: int, n_weights: int, device: "torch.device") -> None:
        import torch

        shape = (len(PairTerms._fields), n_blocks, n_tasks * n_tasks)
        self.n_tasks, self.n_blocks = n_tasks, n_blocks
        self.terms = torch.zeros(shape, dtype=torch.float64, device=device)
        self.means = Means(n_blocks, n_tasks, n_weights)

    def add(self, layers: Sequence[Layer], batch: Part) -> None:
        """Add every sample of a batch, a few at a time where the tasks are many."""
        n, step = len(batch.known), self._step(layers)
        for start in range(0, n, step):
            part = batch.of(slice(start, start + step))
            terms = terms_of_layers(self._summed_up(layers, part), part.known, 1)
            stacked = terms.stacked().flatten(2).double()
            self.terms.index_add_(1, send(part.block, self.terms.device), stacked)

    def _summed_up(self, layers: Sequence[Layer], part: Part) -> "Iterator[Pull]":
        """The pulls of a part, each added to the means in passing."""
        by_block = part.by_block()
        for name, pull in part.pulls(layers):
            self.means.add(name, pull, by_block)
            yield pull

    def _step(self, layers: Sequence[Layer]) -> int:
        largest = max(
            (sum(p.numel() for p in one.parameters()) for one in layers if one.kind == "other"),
            default=0,
        )
        by_whole = MAX_WHOLE // max(1, self.n_tasks * largest)
        return max(1, min(MAX_TERMS // self.n_tasks**2, by_whole or 1))

    def finish(self, full: Int[np.ndarray, " block"]) -> PairSums:
        """The sums of the blocks that hold a sample."""
        shape = (len(PairTerms._fields), self.n_blocks, self.n_tasks, self.n_tasks)
        found = self.terms.cpu().numpy().reshape(shape)
        means = self.means.products().cpu().numpy()[full]
        count, distance, mass, abs_cosine, cosine, opposite = found[:, full]
        return PairSums(count, distance, mass, abs_cosine, cosine, opposite, means)


def _some_units(pull: Pull, units: "Tensor") -> Pull:
    """The same of some outputs alone."""
    if len(units) == pull.shape[2]:
        return pull
    if isinstance(pull, Whole):
        return Whole(pull.gradients[:, :, units])
    assert isinstance(pull, (Factors, Sites, Lookup))
    return replace(pull, deltas=pull.deltas[..., units])


def _some_rows(pull: Pull, rows: "Tensor") -> Pull:
    """The same of some samples alone."""
    if isinstance(pull, Whole):
        return Whole(pull.gradients[:, rows])
    if isinstance(pull, Lookup):
        return replace(pull, deltas=pull.deltas[:, rows], tokens=pull.tokens[rows])
    assert isinstance(pull, (Factors, Sites))
    return replace(pull, deltas=pull.deltas[:, rows], inputs=pull.inputs[rows])
