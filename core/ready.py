"""A worker that reads its libraries while its run is still being made (`core.runs.told` is what it
does there).

with Ready() as ready:        starts a process that reads them and then waits
    run = …                   check the input, write the folder
    run.start(ready=ready)    tell it; untold it ends with the block
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from core.machine.threads import idle_threads_sleep


class Ready:
    """Such a process. It hears what to do on its standard input, and ends where that is closed, so
    it never outlives whoever started it without a job."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "core", "ready"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=idle_threads_sleep(os.environ),
        )
        self.is_told = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self.is_told:
            self.process.kill()
            self.process.communicate()

    @property
    def is_there(self) -> bool:
        """Whether it lives, and has no job yet."""
        return not self.is_told and self.process.poll() is None

    def tell(self, path: Path, job: str) -> None:
        """Let it do a job of the run at `path`; from then on it outlives whoever called."""
        assert self.process.stdin is not None
        self.is_told = True
        with self.process.stdin as line:
            line.write(json.dumps([str(path.resolve()), job]).encode())
