"""`taskscape` without a command: the dashboard, as a process of its own."""

import subprocess
import sys
from pathlib import Path


def open_dashboard(port: int, headless: bool, runs: Path) -> int:
    """Run the dashboard until it is closed; returns its exit status.

    It is started by name: the engine imports nothing of the window.
    """
    command = [sys.executable, "-P", "-m", "dashboard", "--port", str(port), "--runs", str(runs)]
    try:
        return subprocess.call([*command, "--headless"] if headless else command)
    except KeyboardInterrupt:
        return 0
