"""`taskscape` without a command: the dashboard takes this process over."""

import os
import sys
from pathlib import Path
from typing import NoReturn


def open_dashboard(port: int, headless: bool, runs: Path) -> NoReturn:
    """Become the dashboard, so that a signal meant for it reaches it.

    It is started by name: the engine imports nothing of the window.
    """
    command = [sys.executable, "-P", "-m", "dashboard", "--port", str(port), "--runs", str(runs)]
    os.execv(sys.executable, [*command, "--headless"] if headless else command)
