"""Which device computes: chosen once a run, by name."""

from typing import TYPE_CHECKING

from core.errors import MethodError

if TYPE_CHECKING:
    import torch

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
        raise MethodError("Device 'cuda' was asked for but no GPU is usable; use --device cpu.")
    return torch.device("cuda" if available and name != "cpu" else "cpu")
