"""Start the worker process of a run."""

import os
import subprocess
import sys
from pathlib import Path

from core.threads import idle_threads_sleep


def start_worker(path: Path, job: str) -> subprocess.Popen[bytes]:
    """A process that does a job of the run at `path`; it outlives whoever called."""
    command = [sys.executable, "-P", "-m", "core", "work", str(path.resolve()), "--job", job]
    with (path / "worker.log").open("ab") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=idle_threads_sleep(os.environ),
        )
