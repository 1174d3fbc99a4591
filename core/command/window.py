"""`taskscape` without a command, and `replay`: the dashboard takes this process over."""

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


def replay_view(view: Path, run: Path | None, runs: Path, dark: bool, output: Path) -> NoReturn:
    """Become what draws the figures of a view without a browser."""
    command = [sys.executable, "-P", "-m", "dashboard.replay", str(view), "-o", str(output)]
    command += ["--runs", str(runs), *(["--run", str(run)] if run else [])]
    os.execv(sys.executable, [*command, "--dark"] if dark else command)
