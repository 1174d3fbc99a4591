"""Calls of layers with what comes back to them for every task, in the order of the samples."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from jaxtyping import Bool

from core.errors import MethodError
from core.recording.batch import Batch
from core.recording.layout import Placing, by_sample
from core.recording.pulls import Call
from core.recording.trace import Found, pull_back

if TYPE_CHECKING:
    import torch
    from torch import Tensor


def align_calls(
    batch: Batch,
    found: Sequence[Found],
    names: Sequence[str],
    layouts: Mapping[str, str],
    placing: Placing | None,
    dtype: "torch.dtype",
) -> dict[str, list[Call]]:
    """Every call that a loss depends on, by the path of its layer.

    Args:
        batch: the losses; each is pulled back once.
        found: the marked calls.
        names: of all tasks.
        layouts: of every layer, by its path.
        placing: of rows that the caller placed.
        dtype: to compute in.

    Raises:
        MethodError: a loss reaches no layer.
    """
    stacks: list[Tensor | None] = [None] * len(found)
    for number, task in enumerate(batch.tasks):
        for place, part in enumerate(_back(batch, number, found, names)):
            if part is not None:
                rows = by_sample(part, layouts[found[place].mark.path], batch.n_samples, placing)
                stacks[place] = _put(stacks[place], rows.to(dtype), batch.known, task)
    calls: dict[str, list[Call]] = {}
    for one, deltas in zip(found, stacks, strict=True):
        if deltas is not None:
            layout = layouts[one.mark.path]
            inputs = by_sample(one.mark.inputs, layout, batch.n_samples, placing)
            inputs = inputs.to(dtype) if inputs.is_floating_point() else inputs
            calls.setdefault(one.mark.path, []).append(Call(inputs, deltas))
    return calls


def _back(
    batch: Batch, place: int, found: Sequence[Found], names: Sequence[str]
) -> "list[Tensor | None]":
    """What comes back from the loss of one task."""
    task, loss = batch.tasks[place], batch.losses[place]
    parts = pull_back(loss, batch.known[:, task].to(loss.dtype), found)
    if all(part is None for part in parts):
        raise MethodError(
            f"The loss of {names[task]!r} is not connected to the trunk; compute it from the "
            "trunk's features."
        )
    return parts


def _put(
    stack: "Tensor | None", rows: "Tensor", known: "Bool[Tensor, 'sample task']", task: int
) -> "Tensor":
    """[task, sample, …] with what comes back for one more task, 0 where its label is missing."""
    if stack is None:
        stack = rows.new_zeros(known.shape[1], *rows.shape)
    there = known[:, task]
    stack[task, there] = rows[there]  # a row of a missing label may be NaN
    return stack
