"""One layer's part in the distance of every two samples, each with a loss of its own.

Outer products are compared exactly without being formed (`rank_one`). Anything else is formed once
for the samples drawn; where a layer has too many parameters for that, its terms are estimated from
a random draw of them, never fewer than 4096, scaled up (METHODS §2; the numbers are ours).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from core.landscape.layers.pull import Factors, Pull
from core.landscape.layers.rank_one import l1_between
from core.landscape.memory import Batches
from core.machine.device import send

if TYPE_CHECKING:
    from torch import Tensor

MAX_ELEMENTS = 2**18
"""Numbers in the largest tensor of a batch of pairs (1 MB)."""

MAX_KEPT = 2**24
"""Numbers that are kept of a layer's formed displacements (64 MB)."""

FEWEST_COORDINATES = 4096
"""Parameters that a layer's terms are estimated from at least."""

Square = Float[np.ndarray, "sample sample"]


class CrossedLayer(ABC):
    """A layer's displacements of all samples."""

    @property
    def is_estimate(self) -> bool:
        """Whether only a part of the parameters was looked at."""
        return False

    @abstractmethod
    def products(self) -> list[Square]:
        """⟨Δ, Δ'⟩, ⟨sgn Δ, sgn Δ'⟩, and how many parameters both move, of every two samples."""

    @abstractmethod
    def lengths(self) -> Float[np.ndarray, " sample"]:
        """‖Δ‖₁."""

    @abstractmethod
    def distances(self, on_batch: Callable[[float], None]) -> Square:
        """‖Δ − Δ'‖₁ of every two samples."""


@dataclass(frozen=True, eq=False)
class Outer(CrossedLayer):
    """δ aᵀ of every sample, never formed."""

    deltas: "Float[Tensor, 'sample output']"
    inputs: "Float[Tensor, 'sample input']"

    def products(self) -> list[Square]:
        return [part(self.deltas) * part(self.inputs) for part in (_gram, _sign_gram, _move_gram)]

    def lengths(self) -> Float[np.ndarray, " sample"]:
        return _numpy(self.deltas.abs().sum(1) * self.inputs.abs().sum(1))

    def distances(self, on_batch: Callable[[float], None]) -> Square:
        import torch

        n, device = len(self.deltas), self.deltas.device
        distance = torch.zeros(n, n, dtype=torch.float64, device=device)
        first, second = torch.triu_indices(n, n, 1, device=device)
        step = max(1, MAX_ELEMENTS // max(self.deltas.shape[1], self.inputs.shape[1]))

        def work(start: int, stop: int) -> None:
            on_batch(start / len(first))
            i, j = first[start:stop], second[start:stop]
            apart = l1_between(self.deltas[i], self.inputs[i], self.deltas[j], self.inputs[j])
            distance[i, j] = apart.double()

        Batches(step).over(len(first), work)
        return _numpy(distance + distance.T)


@dataclass(frozen=True, eq=False)
class Formed(CrossedLayer):
    """Displacements written out, or `scale` times as many from a part of the parameters."""

    delta: "Float[Tensor, 'sample weight']"
    scale: float

    @property
    def is_estimate(self) -> bool:
        return self.scale > 1.0

    def products(self) -> list[Square]:
        return [self.scale * part(self.delta) for part in (_gram, _sign_gram, _move_gram)]

    def lengths(self) -> Float[np.ndarray, " sample"]:
        return self.scale * _numpy(self.delta.abs().sum(1))

    def distances(self, on_batch: Callable[[float], None]) -> Square:
        import torch

        on_batch(0.0)
        n, device = len(self.delta), self.delta.device
        distance = torch.zeros(n, n, dtype=self.delta.dtype, device=device)
        first, second = torch.triu_indices(n, n, 1, device=device)
        distance[first, second] = torch.nn.functional.pdist(self.delta, p=1.0)
        return self.scale * _numpy(distance + distance.T)


def gather_layers(
    pulls_of: Callable[[int, int], Iterable[Pull]], n_samples: int, step: int
) -> list[CrossedLayer]:
    """The layers of all samples, from the pulls (of one task) of at most `step` at a time."""
    import torch

    def make(start: int, stop: int) -> list[_Kept]:
        pulls = enumerate(pulls_of(start, stop))
        return [_keep(pull, layer, n_samples) for layer, pull in pulls]

    made: list[CrossedLayer] = []
    for pieces in zip(*Batches(step).each(n_samples, make), strict=True):
        parts = [torch.cat(part) for part in zip(*(kept.parts for kept in pieces), strict=True)]
        scale = pieces[0].scale
        made.append(Outer(*parts) if scale is None else Formed(parts[0], scale))
    return made


class _Kept(NamedTuple):
    """What is kept of a layer's pull of one task."""

    scale: float | None
    """What it is scaled up by where it was formed."""
    parts: "tuple[Tensor, ...]"


def _keep(pull: Pull, layer: int, n_samples: int) -> _Kept:
    import torch

    if isinstance(pull, Factors):
        return _Kept(None, (pull.deltas[0], pull.inputs))
    n_weights = pull.shape[2] * pull.shape[3]
    drawn = _coordinates(n_weights, n_samples, layer)
    place = send(drawn, pull.like.device)
    formed = [delta[0].flatten(1).index_select(1, place) for _, delta in pull.formed()]
    return _Kept(n_weights / len(drawn), (torch.cat(formed),))


def _coordinates(n_weights: int, n_samples: int, layer: int) -> Int[np.ndarray, " weight"]:
    most = max(FEWEST_COORDINATES, MAX_KEPT // n_samples)
    if n_weights <= most:
        return np.arange(n_weights)
    return np.sort(np.random.default_rng([n_weights, layer]).choice(n_weights, most, False))


def _numpy(values: "Tensor") -> np.ndarray:
    return np.asarray(values.double().cpu().numpy())


def _gram(vectors: "Tensor") -> Square:
    return _numpy(vectors @ vectors.T)


def _sign_gram(vectors: "Tensor") -> Square:
    return _gram(vectors.sign())


def _move_gram(vectors: "Tensor") -> Square:
    return _gram(vectors.sign().abs())
