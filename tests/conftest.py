"""Options and fixtures that every test folder shares."""

import os
import signal
import subprocess
from pathlib import Path

import pytest
from hypothesis import settings

for threads in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(threads, "1")  # before numpy and torch load: a worker a core

settings.register_profile("patient", deadline=None)  # a busy machine is no failure
settings.load_profile("patient")

TESTS = Path(__file__).resolve().parent
LONGEST_FIRST = ("browser", "dashboard")
"""Folders whose files take minutes each: begun first, so that no worker is idle at the end."""
SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_addoption(parser):
    parser.addoption("--run-slow", action="store_true", help="also run the tests that take minutes")


def pytest_collection_modifyitems(config, items):
    items.sort(key=when_to_begin)
    if config.getoption("--run-slow"):
        return
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="takes minutes; run with --run-slow"))


def when_to_begin(item):
    folder = item.path.relative_to(TESTS).parts[0]
    return LONGEST_FIRST.index(folder) if folder in LONGEST_FIRST else len(LONGEST_FIRST)


@pytest.fixture(scope="session")
def shared_data():
    """The folder of real tables beside the checkout; tests that need it are skipped without."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the real tables are not here ({SHARED_DATA.name} folder beside the checkout)")
    return SHARED_DATA


@pytest.fixture
def lax():
    """A caller that lets products in single precision be rounded on a GPU, as many loops do."""
    import torch

    settings = torch.backends.cuda.matmul, torch.backends.cudnn.conv
    before = [setting.fp32_precision for setting in settings]
    for setting in settings:
        setting.fp32_precision = "tf32"
    yield
    for setting, precision in zip(settings, before, strict=True):
        setting.fp32_precision = precision


@pytest.fixture(scope="session")
def player():
    """The one Playwright of a test process: a second one beside it cannot be started."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright


def interruptible(command):
    """A process that a test will interrupt: where a shell runs the tests in the background, they
    and all their children are deaf to Ctrl-C."""
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
