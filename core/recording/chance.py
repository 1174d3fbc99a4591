"""The random numbers of the machine and of the device that a module computes on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import torch
    from torch import Tensor


class State(NamedTuple):
    """How far the generators are; a GPU draws from one of its own."""

    host: "Tensor"
    card: "Tensor | None"


def state_of(device: "torch.device") -> State:
    """Of now."""
    import torch

    card = torch.cuda.get_rng_state(device) if device.type == "cuda" else None
    return State(torch.get_rng_state(), card)


@contextmanager
def chance(device: "torch.device", state: State | None = None) -> Iterator[None]:
    """The generators as they were at another time where that is told; afterwards they are as they
    are now."""
    now = state_of(device)
    if state is not None:
        _set(device, state)
    try:
        yield
    finally:
        _set(device, now)


def _set(device: "torch.device", state: State) -> None:
    import torch

    torch.set_rng_state(state.host)
    if state.card is not None:
        torch.cuda.set_rng_state(state.card, device)
