"""Which device computes: chosen once a run, by name; and the way of numbers to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import MethodError

if TYPE_CHECKING:
    import torch
    from torch import Tensor

DEVICES = ("auto", "cpu", "cuda")


def pick_device(name: str) -> "torch.device":
    """The torch device for `auto` (a GPU where there is one), `cpu` or `cuda`.

    Raises:
        MethodError: unknown name, or `cuda` on a machine without a usable GPU.
    """
    import torch

    if name not in DEVICES:
        raise MethodError(f"Unknown device {name!r}; choose one of {', '.join(DEVICES)}.")
    available = torch.cuda.is_available()
    if name == "cuda" and not available:
        raise MethodError(
            "Device 'cuda' was asked for, but no GPU is usable here; make the run with the device "
            "auto or cpu (--device cpu)."
        )
    return torch.device("cuda" if available and name != "cpu" else "cpu")


def send(
    values: np.ndarray, device: "torch.device", dtype: "torch.dtype | None" = None
) -> "Tensor":
    """The numbers on a device, in another type where one is named.

    PyTorch does not wait for a GPU: the copy stands behind what that was asked to do before, while
    a plain `to` waits for all of it. CUDA has read ordinary memory by the time it returns, so the
    array may go; on a CPU its memory is shared where no other type is wanted.
    """
    import torch

    return torch.from_numpy(values).to(device, dtype, non_blocking=True)


@contextmanager
def full_precision() -> Iterator[None]:
    """No product or convolution in single precision is rounded to TF32 or bfloat16 inside.

    Distances are small differences of large numbers. Whatever the caller had set stands again
    afterwards.
    """
    import torch

    known: Any = torch.backends  # PyTorch makes these settings without types
    cuda, cudnn, mkldnn = known.cuda, known.cudnn, known.mkldnn
    settings = (cuda.matmul, cudnn.conv, mkldnn.matmul, mkldnn.conv)
    before = [setting.fp32_precision for setting in settings]
    try:
        for setting in settings:
            setting.fp32_precision = "ieee"
        yield
    finally:
        for setting, precision in zip(settings, before, strict=True):
            setting.fp32_precision = precision
