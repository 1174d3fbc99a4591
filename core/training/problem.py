"""The rows of a problem as tensors, gathered for some steps at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from core.machine.device import send
from core.training.examples import Examples
from core.training.times import code_times
from core.values import Kind, Split

if TYPE_CHECKING:
    import torch

_GATHERED_NUMBERS = 4_000_000
"""Inputs gathered at once, so that memory stays bounded (ours)."""


class Rows(NamedTuple):
    """Rows of one split; task axis first, with one task more that no row is labelled for, which
    the padded slots of a stack point to."""

    inputs: "torch.Tensor"
    """[row, input]"""
    labels: "torch.Tensor"
    """[task + 1, row]"""
    known: "torch.Tensor"
    """[task + 1, row], 1.0 or 0.0"""


class Step(NamedTuple):
    """What one step of all seeds sees."""

    inputs: "torch.Tensor"
    """[seed, row, input]"""
    labels: "torch.Tensor"
    """[(task + 1) · seed, row]"""
    weights: "torch.Tensor"
    """[(task + 1) · seed, row]: 1 / (labelled rows of the task in the batch · constant loss)."""
    unlabelled: Bool[np.ndarray, " entry"] | None
    """[(task + 1) · seed]: tasks without a label in their batch; None where there are none. Told by
    the host, so that no step waits for a GPU to say which these are."""


@dataclass(frozen=True)
class Problem:
    """Training and validation rows, and the batches of every step."""

    train: Rows
    validation: Rows
    constant_loss: "torch.Tensor"
    """[task + 1]"""
    batches: Int[np.ndarray, "step seed row"]

    def steps(self, start: int, stop: int) -> Iterator[Step]:
        """The steps from `start` to `stop`."""
        n_numbers = self.batches[0].size * self.train.inputs.shape[1]
        at_once = max(1, _GATHERED_NUMBERS // max(n_numbers, 1))
        for first in range(start, stop, at_once):
            yield from self._gather(self.batches[first : min(first + at_once, stop)])

    def _gather(self, batches: Int[np.ndarray, "step seed row"]) -> Iterator[Step]:
        n_steps, n_seeds, n_rows = batches.shape
        rows = send(batches.reshape(-1), self.train.inputs.device)
        inputs = self.train.inputs.index_select(0, rows).view(n_steps, n_seeds, n_rows, -1)
        shape = (-1, n_steps, n_seeds, n_rows)
        labels = self.train.labels.index_select(1, rows).view(shape)
        known = self.train.known.index_select(1, rows).view(shape)
        count = known.sum(3, keepdim=True)
        weights = known / (count.clamp_min(1) * self.constant_loss.view(-1, 1, 1, 1))
        labels, weights = (part.transpose(0, 1).contiguous() for part in (labels, weights))
        empty = (count == 0).transpose(0, 1).cpu().numpy()
        any_empty = np.asarray(empty[:, :-1].reshape(n_steps, -1).any(axis=1))
        for step in range(n_steps):
            yield Step(
                inputs[step],
                labels[step].flatten(0, 1),
                weights[step].flatten(0, 1),
                empty[step].reshape(-1) if any_empty[step] else None,
            )


def pose(
    examples: Examples,
    batches: Int[np.ndarray, "step seed row"],
    device: "torch.device",
    dtype: "torch.dtype",
) -> Problem:
    """The problem of some examples on a device."""
    labels = _coded(examples)
    constant = np.append(examples.constant_loss, 1.0)
    return Problem(
        train=_rows(examples, labels, Split.TRAIN, device, dtype),
        validation=_rows(examples, labels, Split.VALIDATION, device, dtype),
        constant_loss=send(constant, device, dtype),
        batches=batches,
    )


def _coded(examples: Examples) -> Float[np.ndarray, "sample task"]:
    """The labels as the losses take them: times to events by interval."""
    labels = examples.labels.copy()
    for place, task in enumerate(examples.tasks):
        if task.kind is Kind.TIME_TO_EVENT:
            labels[:, place] = code_times(examples.seen(place), examples.edges[place])
    return labels


def _rows(
    examples: Examples,
    labels: Float[np.ndarray, "sample task"],
    split: Split,
    device: "torch.device",
    dtype: "torch.dtype",
) -> Rows:
    rows = examples.rows(split)

    def padded(values: np.ndarray) -> "torch.Tensor":
        columns: Sequence[np.ndarray] = [*values[rows].T, np.zeros(len(rows))]
        return send(np.stack(columns).astype(np.float64), device, dtype)

    inputs = send(np.array(examples.inputs[rows]), device, dtype)
    return Rows(inputs, padded(labels), padded(examples.known))
