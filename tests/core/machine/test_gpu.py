"""Which devices can be asked for here, told by the driver of a card and not by PyTorch."""

import subprocess
import sys
from ctypes import CDLL

import pytest
import torch

from core.machine import gpu
from core.machine.device import DEVICES, pick_device


@pytest.fixture(autouse=True)
def looked_at_anew():
    gpu.devices_here.cache_clear()
    yield
    gpu.devices_here.cache_clear()


@pytest.fixture
def driver(monkeypatch):
    """A machine with a driver that finds so many cards and speaks a CUDA of this version."""

    class Driver:
        def __init__(self, n_cards, version, code):
            self.n_cards, self.version, self.code = n_cards, version, code

        def cuInit(self, flags):  # noqa: N802
            return self.code

        def cuDeviceGetCount(self, found):  # noqa: N802
            found._obj.value = self.n_cards
            return 0

        def cuDriverGetVersion(self, found):  # noqa: N802
            found._obj.value = self.version
            return 0

    def with_driver(n_cards=1, version=12080, code=0, built="12"):
        monkeypatch.setattr(gpu, "CDLL", lambda name: Driver(n_cards, version, code))
        monkeypatch.setattr(gpu, "_built_for", lambda: int(built))
        monkeypatch.setattr(sys, "platform", "linux")
        return gpu.devices_here()

    return with_driver


def test_it_is_what_pytorch_says_of_this_machine():
    assert ("cuda" in gpu.devices_here()) == torch.cuda.is_available()
    assert gpu.device_here("auto") == pick_device("auto").type
    assert gpu.device_here("cpu") == "cpu"


def test_a_card_with_a_driver_new_enough_is_offered(driver):
    assert driver() == DEVICES
    assert [gpu.device_here(name) for name in DEVICES] == ["cuda", "cpu", "cuda"]


@pytest.mark.parametrize(
    "lacking", [{"n_cards": 0}, {"code": 100}, {"version": 11080}, {"built": "0"}]
)
def test_no_card_an_old_driver_or_a_pytorch_for_the_cpu_is_no_gpu(driver, lacking):
    assert driver(**lacking) == ("auto", "cpu")
    assert gpu.device_here("auto") == "cpu"


def test_a_library_without_its_functions_is_no_driver(monkeypatch):
    monkeypatch.setattr(gpu, "CDLL", lambda name: CDLL(None))
    monkeypatch.setattr(gpu, "_built_for", lambda: 12)
    assert gpu.devices_here() == ("auto", "cpu")


@pytest.mark.parametrize(
    ("line", "built"),
    [
        ("cuda: Optional[str] = '12.8'", 12),
        ("cuda = '13.0'", 13),
        ("cuda: Optional[str] = None", 0),
    ],
)
def test_what_pytorch_was_built_for_is_read_from_its_version_file(line, built):
    told = gpu.BUILT_FOR.search(f"__version__ = '2.13.0'\n{line}\nhip: Optional[str] = '6.4'\n")
    assert (int(told[1]) if told else 0) == built


def test_to_look_loads_no_pytorch():
    code = "import sys; from core.machine.gpu import devices_here; devices_here(); print('torch' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
