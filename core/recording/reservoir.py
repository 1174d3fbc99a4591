"""Points for the pictures from a stream: every task gets an equal share, every sample its chance.

Each (sample, task) draws a number, and the largest of each task stay (reservoir sampling by random
keys, Efraimidis and Spirakis 2006, with equal weights).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from core.landscape.layers.pull import Pull, Sites
from core.landscape.points import SIDE
from core.recording.pulls import Layer
from core.recording.sums import Part
from core.values import Points

if TYPE_CHECKING:
    from torch import Tensor


class Seen(NamedTuple):
    """What is known of the samples of a batch beside their displacements."""

    number: Int[np.ndarray, " sample"]
    loss: Float[np.ndarray, "sample task"]
    label: Float[np.ndarray, "sample task"]


class _Kept(NamedTuple):
    """Points of one task, in no order."""

    key: Float[np.ndarray, " point"]
    sketch: Float[np.ndarray, "point coordinate"]
    number: Int[np.ndarray, " point"]
    label: Float[np.ndarray, " point"]
    loss: Float[np.ndarray, " point"]


class Reservoir:
    """At most `max_points` points of all tasks."""

    def __init__(self, n_tasks: int, max_points: int, seed: int) -> None:
        self.quota = max(1, max_points // n_tasks)
        self.n_total = 0
        self._rng = np.random.default_rng([seed, 1])
        self._seed = seed
        self._sides: dict[str, tuple[Tensor, Tensor]] = {}
        empty = np.zeros(0)
        none = _Kept(empty, np.zeros((0, SIDE * SIDE)), empty.astype(int), empty, empty)
        self._kept = [none] * n_tasks

    def add(self, layers: Sequence[Layer], batch: Part, seen: Seen) -> None:
        """Draw among the samples of a batch; only those drawn are sketched."""
        known: Bool[np.ndarray, "sample task"] = batch.known.cpu().numpy()
        self.n_total += int(known.sum())
        key = self._rng.random(known.shape)
        drawn = known & (key > np.array([self._lowest(kept) for kept in self._kept]))
        rows = np.flatnonzero(drawn.any(axis=1))
        if not len(rows):
            return
        sketch = self._sketch(layers, batch if len(rows) == len(key) else batch.of(rows))
        for task, kept in enumerate(self._kept):
            at = drawn[rows, task]
            mine = rows[at]
            new = _Kept(
                key[mine, task],
                sketch[task, at],
                seen.number[mine],
                seen.label[mine, task],
                seen.loss[mine, task],
            )
            both = _Kept(*(np.concatenate(pair) for pair in zip(kept, new, strict=True)))
            best = np.argsort(-both.key)[: self.quota]
            self._kept[task] = _Kept(*(part[best] for part in both))

    def _lowest(self, kept: _Kept) -> float:
        """What a new key must exceed."""
        return float(kept.key.min()) if len(kept.key) >= self.quota else -1.0

    def _sketch(
        self, layers: Sequence[Layer], part: Part
    ) -> Float[np.ndarray, "task sample coordinate"]:
        found = None
        for name, pull in part.pulls(layers):
            own = _sketch(pull, *self._projections(name, pull))
            found = own if found is None else found + own
        assert found is not None  # the batch has layers
        return -found.flatten(2).double().cpu().numpy()  # downhill: Δ = −∇ℓ

    def _projections(self, name: str, pull: Pull) -> "tuple[Tensor, Tensor]":
        """Gaussian projections of both sides of the weights; lengths are kept on average."""
        import torch

        if name not in self._sides:
            generator = torch.Generator().manual_seed(self._seed + 7919 * (len(self._sides) + 1))
            left, right = (
                (torch.randn(SIDE, n, generator=generator) / SIDE**0.5).to(pull.like)
                for n in pull.shape[2:]
            )
            self._sides[name] = (left, right)
        return self._sides[name]

    def finish(self) -> Points:
        """All points, task after task in the order they came."""
        order = [np.argsort(kept.number, kind="stable") for kept in self._kept]
        sorted_ = [
            _Kept(*(part[at] for part in kept)) for kept, at in zip(self._kept, order, strict=True)
        ]
        task = np.repeat(np.arange(len(self._kept)), [len(kept.key) for kept in self._kept])
        _, sketch, number, label, loss = (
            np.concatenate(parts) for parts in zip(*sorted_, strict=True)
        )
        return Points(sketch, number, task, label, loss, self.n_total)


def _sketch(pull: Pull, left: "Tensor", right: "Tensor") -> "Tensor":
    import torch

    if not isinstance(pull, Sites):
        return pull.sketch(left, right)
    places = pull.inputs if pull.cut is None else pull.cut(pull.inputs)
    return torch.einsum("trpl,rpm->trlm", pull.deltas @ left.T, places @ right.T)
