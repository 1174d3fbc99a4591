"""Batches that fit: as large as free memory allows, halved where it runs out all the same."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from core.machine.memory import free_memory, give_back, is_out_of_memory

if TYPE_CHECKING:
    import torch

T = TypeVar("T")

SHARE = 8
"""One part in this many of the free memory is given to a tensor; several are at work at a time."""

MAX_ON_GPU = 2**25
"""Numbers in a tensor past which a GPU gains nothing by more (128 MB)."""


def free_bytes(device: "torch.device") -> int:
    """Memory that nobody uses: of the GPU, or of the machine."""
    import torch

    if device.type == "cuda":
        # what PyTorch keeps for later is not free to others, and is to us
        spare = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return int(torch.cuda.mem_get_info(device)[0] + spare)
    return free_memory()


def numbers_at_a_time(device: "torch.device", in_cache: int) -> int:
    """Most numbers in the largest tensor of a batch: what stays in the caches of a CPU, what keeps
    a GPU busy; less where little memory is free."""
    most = MAX_ON_GPU if device.type == "cuda" else in_cache
    return max(1, min(most, free_bytes(device) // (4 * SHARE)))


class Batches:
    """Work on parts of `step`; the step is halved for good where memory runs out.

    A part that failed is tried again, so `work` must change nothing before it has succeeded.
    """

    def __init__(self, step: int) -> None:
        self.step = max(1, step)

    def over(self, n: int, work: Callable[[int, int], None]) -> None:
        """Call `work(start, stop)` on parts of 0 … n, in order.

        Raises:
            MemoryError: a part of one does not fit either.
        """
        start = 0
        while start < n:
            stop = min(start + self.step, n)
            try:
                work(start, stop)
            except (MemoryError, RuntimeError) as error:
                self._halve(stop - start, error)
                continue
            start = stop

    def each(self, n: int, make: Callable[[int, int], "T"]) -> "list[T]":
        """What `make(start, stop)` gives of parts of 0 … n, in order."""
        found: list[T] = []
        self.over(n, lambda start, stop: found.append(make(start, stop)))
        return found

    def _halve(self, size: int, error: Exception) -> None:
        if not is_out_of_memory(error):
            raise error
        if size == 1:
            raise MemoryError("Not even one part fits into the free memory.") from error
        self.step = size // 2
        give_back()
