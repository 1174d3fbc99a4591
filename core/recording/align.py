"""Uses of layers with what comes back to them for every task, in the order of the samples."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from jaxtyping import Bool

from core.errors import MethodError
from core.recording.batch import Batch
from core.recording.call import Call, Place
from core.recording.layout import Placing, Ways, by_sample
from core.recording.trace import Back
from core.recording.trail import Site, Trail
from core.recording.tree import tensors_of

if TYPE_CHECKING:
    import torch
    from torch import Tensor


class NotFinite(ValueError):
    """The gradient of a sample's loss is infinite or no number."""

    def __init__(self, sample: int, task: int) -> None:
        super().__init__(f"sample {sample}, task {task}")
        self.sample, self.task = sample, task


def align_calls(
    batch: Batch,
    trail: Trail,
    names: Sequence[str],
    ways: Mapping[Place, Ways],
    placing: Placing | None,
    dtype: "torch.dtype",
) -> dict[Place, list[Call]]:
    """Every use that a loss depends on, by its place.

    Args:
        batch: the losses; each is pulled back once.
        trail: to the sites.
        names: of all tasks.
        ways: the layouts of every place.
        placing: of rows that the caller placed.
        dtype: to compute in.

    Raises:
        MethodError: a loss reaches no layer, or has a gradient that is not finite.
    """
    backs = (
        (task, _back(batch, number, trail, names[task])) for number, task in enumerate(batch.tasks)
    )
    try:
        return gather(trail.sites, backs, batch.known, ways, placing, dtype)
    except NotFinite as error:
        raise MethodError(
            f"The gradient of the loss of {names[error.task]!r} is not finite for sample "
            f"{error.sample} of the batch; look for a root or a logarithm of 0, or mask the sample."
        ) from error


def gather(
    sites: Sequence[Site],
    backs: "Iterable[tuple[int, list[Back]]]",
    known: "Bool[Tensor, 'sample task']",
    ways: Mapping[Place, Ways],
    placing: Placing | None,
    dtype: "torch.dtype",
) -> dict[Place, list[Call]]:
    """The sites with what comes back to them, 0 for the samples a task is not known for.

    Raises:
        NotFinite: what comes back to a known sample is not.
    """
    import torch

    n, odd = len(known), torch.zeros_like(known)
    stacks: list[list[Tensor | None]] = [[None] * len(site.shapes) for site in sites]
    for task, back in backs:
        for site, own, stack in zip(sites, back, stacks, strict=True):
            for place, (part, way) in enumerate(zip(own, ways[site.place].out, strict=True)):
                if part is not None:
                    rows = by_sample(part, way, n, placing).to(dtype)
                    stack[place] = _put(stack[place], rows, known, task, odd)
    if bool(odd.any()):  # asked once a batch, as a GPU is waited for
        task, sample = torch.nonzero(odd.T)[0].tolist()
        raise NotFinite(sample, task)
    calls: dict[Place, list[Call]] = {}
    for site, stack in zip(sites, stacks, strict=True):
        if any(part is not None for part in stack):
            call = _as_call(site, stack, ways[site.place], n, placing, dtype)
            calls.setdefault(site.place, []).append(call)
    return calls


def _as_call(
    site: Site,
    deltas: "list[Tensor | None]",
    ways: Ways,
    n_samples: int,
    placing: Placing | None,
    dtype: "torch.dtype",
) -> Call:
    fed = [
        by_sample(part, way, n_samples, placing)
        for part, way in zip(tensors_of(site.fed), ways.fed, strict=True)
    ]
    cast = tuple(part.to(dtype) if part.is_floating_point() else part for part in fed)
    return Call(site.fed, cast, tuple(deltas), ways)


def _back(batch: Batch, number: int, trail: Trail, name: str) -> "list[Back]":
    """What comes back from the loss of one task."""
    loss = batch.losses[number]
    back = trail.back(loss, batch.known[:, batch.tasks[number]].to(loss.dtype))
    if all(part is None for own in back for part in own):
        raise MethodError(
            f"The loss of {name!r} is not connected to the trunk; compute it from the "
            "trunk's features."
        )
    return back


def _put(
    stack: "Tensor | None",
    rows: "Tensor",
    known: "Bool[Tensor, 'sample task']",
    task: int,
    odd: "Bool[Tensor, 'sample task']",
) -> "Tensor":
    """[task, sample, …] with what comes back for one more task, 0 where its label is missing; notes
    where it is `odd`, not finite."""
    import torch

    if stack is None:
        stack = rows.new_zeros(known.shape[1], *rows.shape)
    there = known[:, task].reshape(-1, *[1] * (rows.dim() - 1))
    mine = rows.where(there, 0.0)  # a row of a missing label may be NaN
    odd[:, task] |= ~torch.isfinite(mine).flatten(1).all(1)
    stack[task] = mine
    return stack
