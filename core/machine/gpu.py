"""Whether there is a GPU to compute on, found in milliseconds and without loading PyTorch.

PyTorch takes seconds to load, which a page has no time for. Two things that it looks at itself are
asked in its place: the driver of the card, and what the installed PyTorch was built for. A worker
asks PyTorch (`core.machine.device.pick_device`) and has the last word.
"""

import re
import sys
from ctypes import CDLL, byref, c_int
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from core.machine.device import DEVICES

DRIVERS = {"linux": "libcuda.so.1", "win32": "nvcuda.dll"}
"""The library that comes with the driver of NVIDIA's cards."""
BUILT_FOR = re.compile(r"^cuda\b.*=\s*'(\d+)", re.MULTILINE)
"""The line of PyTorch's version file that says for which CUDA it was built."""


@cache
def devices_here() -> tuple[str, ...]:
    """The devices that can be asked for on this machine; looked for once a process.

    A PyTorch built for other cards than NVIDIA's is offered no `cuda` here; `auto` finds such a
    card all the same.
    """
    built = _built_for()
    is_there = 0 < built <= _driver_speaks()  # a driver runs what is built for its own or less
    return tuple(name for name in DEVICES if is_there or name != "cuda")


def device_here(name: str) -> str:
    """The type of the device that computes here where `auto`, `cpu` or `cuda` is asked for."""
    return "cuda" if name != "cpu" and "cuda" in devices_here() else "cpu"


def _built_for() -> int:
    """Which CUDA the installed PyTorch was built for; 0 for none."""
    found = find_spec("torch")
    if found is None or found.origin is None:
        return 0
    try:
        text = Path(found.origin).with_name("version.py").read_text(encoding="utf-8")
    except OSError:
        return 0
    told = BUILT_FOR.search(text)
    return int(told[1]) if told else 0


def _driver_speaks() -> int:
    """Which CUDA the driver speaks that finds a card; 0 where there is no driver or no card."""
    n_cards, version = c_int(0), c_int(0)
    try:
        driver = CDLL(DRIVERS[sys.platform])
        failed = (
            driver.cuInit(0)
            or driver.cuDeviceGetCount(byref(n_cards))
            or driver.cuDriverGetVersion(byref(version))
        )
    except (KeyError, OSError, AttributeError):
        return 0
    return 0 if failed or n_cards.value == 0 else version.value // 1000
