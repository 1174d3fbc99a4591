"""Which loss is not finite, on which rows, and what to try; looked for once sums are spoilt."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Int

from core.errors import TableError
from core.landscape.ground import Ground
from core.landscape.heads import Heads
from core.landscape.memory import Batches
from core.landscape.one_step import OneStep
from core.landscape.rows.pieces import Rows
from core.landscape.terms import SUMS
from core.landscape.trunks.trunk import Trunk
from core.landscape.walks.follow import MAX_ELEMENTS, follow
from core.machine.device import send
from core.values import PairSums, Task

if TYPE_CHECKING:
    from torch import Tensor

SHOWN = 3
"""Rows that a message names."""

_IN_THE_TABLE = (
    "look for extreme values in its labels or in the features there or for large weights in the "
    "shared layers, or drop the task with --ignore."
)
_IN_THE_LAYERS = "look for a root, a norm or a division in the shared layers that gets 0 there."


def is_spoilt(sums: PairSums) -> bool:
    """Whether any sum is not finite."""
    parts = (getattr(sums, name) for name in SUMS)
    return any(part is not None and not np.isfinite(part).all() for part in parts)


def stop_at_features(features: "Tensor", rows: Rows) -> None:
    """Raise TableError where the features of the real rows, in their order, are not finite."""
    odd = ~features.isfinite().all(1).cpu().numpy()
    if odd.any():
        raise _of_features(rows.number[rows.real.cpu().numpy()][odd])


def explain_not_finite(method: OneStep, ground: Ground, trunk: Trunk, heads: Heads) -> TableError:
    """Why the sums of a start are spoilt: by the features, a loss, its gradient, or by where
    several steps led. Rows are named by their number in the table, from 0."""
    matched = ground.pairing == "matched" and method.steps == 1 and ground.every is not None
    parts = ground.every.parts() if matched and ground.every else (ground.rows,)
    number, odd = _look(parts, trunk, heads)
    features, losses, gradients = np.split(odd, [1, 1 + len(ground.tasks)], axis=1)
    if features.any():
        return _of_features(number[features[:, 0]])
    if losses.any():
        return _of_task(
            ground.tasks, losses, number, "has a loss that is not finite", _IN_THE_TABLE
        )
    if gradients.any():
        has = "has a loss whose gradient is not finite"
        return _of_task(ground.tasks, gradients, number, has, _IN_THE_LAYERS)
    rows = ground.rows.thinned(method.step_rows)
    if method.steps > 1 and (odd := _walked(method, rows, trunk, heads)).any():
        has = f"has a loss that is not finite after {method.steps} steps of {method.step_size:g}"
        way_out = "take smaller steps (step_size) or fewer."
        return _of_task(ground.tasks, odd, rows.number, has, way_out)
    return TableError("Displacements are too large to be summed; scale the shared layers down.")


def _look(
    parts: Iterable[Rows], trunk: Trunk, heads: Heads
) -> tuple[Int[np.ndarray, " odd"], Bool[np.ndarray, "odd fault"]]:
    """The rows where anything is not finite: their features, the loss of a task, its gradient."""
    import torch

    numbers, faults = [np.zeros(0, dtype=int)], [np.zeros((0, 1 + 2 * len(heads.bias)), dtype=bool)]
    for rows in parts:

        def look(start: int, stop: int, rows: Rows = rows) -> "Tensor":
            real, known = rows.real[start:stop, None], rows.known[start:stop]
            value, passed = rows.value[start:stop], trunk.forward(rows.x[start:stop])
            logits = heads.logits(passed.features)
            pulls = passed.pulls(heads.gradients(heads.residuals(logits, value)))
            lengths = torch.stack([pull.lengths() for pull in pulls]).sum(0).T
            losses, features = heads.losses(logits, value), passed.features
            fine = (features.isfinite().all(1, keepdim=True), losses.isfinite(), lengths.isfinite())
            return ~torch.cat(fine, 1) & torch.cat([real, known, known], 1)

        batches = Batches(trunk.max_rows(len(heads.bias)))
        odd = torch.cat(batches.each(len(rows.x), look)).cpu().numpy()
        numbers.append(rows.number[odd.any(1)])
        faults.append(odd[odd.any(1)])
    return np.concatenate(numbers), np.concatenate(faults)


def _walked(
    method: OneStep, rows: Rows, trunk: Trunk, heads: Heads
) -> Bool[np.ndarray, "row task"]:
    """Where several steps lead to something that is not finite."""
    import torch

    odd = np.zeros(rows.known.shape, dtype=bool)
    for task in range(odd.shape[1]):
        place = rows.known[:, task].cpu().numpy().nonzero()[0]

        def walk(start: int, stop: int, place: np.ndarray = place, task: int = task) -> "Tensor":
            at = send(place[start:stop], rows.x.device)
            whose = torch.full_like(at, task)
            label = rows.value[at, task]
            walks = follow(trunk, heads, rows.x[at], label, whose, method.steps, method.step_size)
            return torch.stack([pull.lengths()[0] for pull in walks.pulls]).sum(0)

        lengths = Batches(MAX_ELEMENTS // len(trunk.start)).each(len(place), walk)
        odd[place, task] = ~np.isfinite(torch.cat([*lengths, rows.x[:0, 0]]).cpu().numpy())
    return odd


def _of_features(number: Int[np.ndarray, " odd"]) -> TableError:
    return TableError(
        f"Every task has a loss that is not finite on {_rows(number)}, as the shared layers give "
        "no finite features there; look for extreme values in these rows, or for a root, a "
        "logarithm, a division or large weights in the layers."
    )


def _of_task(
    tasks: Sequence[Task],
    odd: Bool[np.ndarray, "row task"],
    number: Int[np.ndarray, " row"],
    has: str,
    way_out: str,
) -> TableError:
    """Of the task with most odd rows."""
    worst = int(odd.sum(0).argmax())
    where = _rows(number[odd[:, worst]])
    return TableError(f"Task {tasks[worst].name!r} {has} on {where}; {way_out}")


def _rows(number: Int[np.ndarray, " odd"]) -> str:
    """How many rows, and the first of them."""
    named = ", ".join(str(row) for row in np.sort(number)[:SHOWN])
    more = f" and {len(number) - SHOWN} more" if len(number) > SHOWN else ""
    return f"{len(number)} training row{'s'[: len(number) != 1]} (number {named}{more}, from 0)"
