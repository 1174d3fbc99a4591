"""Calls of layers with what comes back to them for every task, in the order of the samples."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

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
    back = [_back(batch, place, found, names) for place in range(len(batch.tasks))]
    calls: dict[str, list[Call]] = {}
    for place, one in enumerate(found):
        layout = layouts[one.mark.path]

        def aligned(rows: "Tensor", layout: str = layout) -> "Tensor":
            return by_sample(rows, layout, batch.n_samples, placing)

        parts = [None if part is None else aligned(part) for part in (each[place] for each in back)]
        deltas = _stack(batch, len(names), parts, dtype)
        if deltas is None:
            continue
        inputs = aligned(one.mark.inputs)
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


def _stack(
    batch: Batch, n_tasks: int, parts: "Sequence[Tensor | None]", dtype: "torch.dtype"
) -> "Tensor | None":
    """[task, sample, …], 0 for a task without a loss on a sample; None where no loss gets here."""
    import torch

    there = [part for part in parts if part is not None]
    if not there:
        return None
    deltas = torch.zeros(n_tasks, *there[0].shape, dtype=dtype, device=there[0].device)
    for task, part in zip(batch.tasks, parts, strict=True):
        if part is not None:
            unknown = ~batch.known[:, task].reshape(-1, *[1] * (part.dim() - 1))
            deltas[task] = part.to(dtype).masked_fill(unknown, 0.0)  # a missing label may be NaN
    return deltas
