"""What a user hands to `observe`, checked: a loss a sample and task, NaN or masked if missing."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from core.errors import MethodError

if TYPE_CHECKING:
    import torch
    from torch import Tensor


class Batch(NamedTuple):
    """Losses of the tasks that were given, and which samples they are known for."""

    tasks: tuple[int, ...]
    """Numbers of the tasks with a loss in this batch."""
    losses: "tuple[Tensor, ...]"
    """[sample] each, on the user's graph."""
    known: "Bool[Tensor, 'sample task']"
    """Of all tasks."""

    @property
    def n_samples(self) -> int:
        return len(self.known)

    def values(self) -> Float[np.ndarray, "sample task"]:
        """The losses as numbers, NaN where unknown."""
        import torch

        found = np.full(self.known.shape, np.nan)
        losses = torch.stack([loss.detach().double() for loss in self.losses], 1)
        found[:, list(self.tasks)] = losses.cpu().numpy()
        return np.where(self.known.cpu().numpy(), found, np.nan)


def read_batch(
    names: Sequence[str],
    losses: "Mapping[str, Tensor]",
    mask: "Mapping[str, Any] | None",
    device: "torch.device",
) -> Batch:
    """Check the losses of a batch of a trunk that computes on a device.

    Raises:
        MethodError: no loss, an unknown task, a loss that is no number a sample, infinite, on
            another device or cut off from any graph, or batches of different sizes.
    """
    import torch

    given = tuple(number for number, name in enumerate(names) if name in losses)
    check_names(names, losses)
    check_names(names, mask or {})
    if not given:
        raise MethodError(f"There is no loss; give those of any of {', '.join(names)}.")
    found = tuple(_check_loss(names[number], losses[names[number]], device) for number in given)
    sizes = {names[number]: len(loss) for number, loss in zip(given, found, strict=True)}
    if len(set(sizes.values())) > 1:
        told = ", ".join(f"{name!r} {size}" for name, size in sizes.items())
        raise MethodError(
            f"The tasks have batches of different sizes ({told}); sample k must be the same one "
            "for every task: give NaN, or a mask, where a label is missing."
        )
    known = torch.zeros(len(found[0]), len(names), dtype=torch.bool, device=found[0].device)
    infinite = torch.zeros_like(known)
    for number, loss in zip(given, found, strict=True):
        there = ~torch.isnan(loss.detach())
        if mask is not None and names[number] in mask:
            there &= _as_mask(names[number], mask[names[number]], loss)
        known[:, number], infinite[:, number] = there, there & torch.isinf(loss.detach())
    if bool(infinite.any()):  # asked once a batch, as a GPU is waited for
        first = int(torch.nonzero(infinite.any(0))[0])
        raise MethodError(
            f"The loss of {names[first]!r} is infinite for a sample; look for a logarithm of 0, or "
            "mask the sample."
        )
    return Batch(given, found, known)


def check_names(names: Sequence[str], given: Mapping[str, Any]) -> None:
    """MethodError where something was given for a task that is none of the recording."""
    if odd := [name for name in given if name not in names]:
        raise MethodError(f"{odd[0]!r} is no task of this recording; it has: {', '.join(names)}.")


def _check_loss(name: str, loss: "Tensor", device: "torch.device") -> "Tensor":
    import torch

    if not isinstance(loss, torch.Tensor):
        raise MethodError(f"The loss of {name!r} is no tensor but {type(loss).__name__}.")
    if loss.dim() == 0:
        raise MethodError(
            f"The loss of {name!r} is one number for the whole batch; give one a sample "
            "(reduction='none')."
        )
    if loss.dim() != 1:
        raise MethodError(
            f"The loss of {name!r} has the shape {tuple(loss.shape)}; give one number a sample, "
            "[batch]: average or sum what is left of the axes."
        )
    if loss.device != device:
        raise MethodError(
            f"The loss of {name!r} is on {loss.device} and the trunk on {device}; leave the losses "
            "where the trunk is."
        )
    if loss.grad_fn is None:
        raise MethodError(
            f"The loss of {name!r} is not connected to the trunk: it was made under no_grad, or "
            "detached."
        )
    return loss


def _as_mask(name: str, mask: Any, loss: "Tensor") -> "Tensor":
    import torch

    found = torch.as_tensor(mask, device=loss.device).bool()
    if found.shape != loss.shape:
        raise MethodError(
            f"The mask of {name!r} has the shape {tuple(found.shape)}; give one a sample, "
            f"{tuple(loss.shape)}."
        )
    return found
