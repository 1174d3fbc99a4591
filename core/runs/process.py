"""The worker process of a job: started so that it outlives whoever started it, and stopped."""

import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from core.machine.threads import idle_threads_sleep
from core.ready import Ready
from core.runs.status import State, Status, worker_of


def start_worker(path: Path, job: str, status_file: Path, ready: Ready | None = None) -> None:
    """Let a process do a job of the run at `path`; its status says so from now on.

    Args:
        path: of the run.
        job: which.
        status_file: of the job.
        ready: a process that waits for it, if there is one.
    """
    waiting = ready if ready and ready.is_there else None
    process = waiting.process if waiting else _spawn(path, job)
    Status(State.STARTING, message="starting the worker", worker=worker_of(process.pid)).save(
        status_file
    )
    if waiting:
        waiting.tell(path, job)
    threading.Thread(target=process.wait, daemon=True).start()  # leaves no zombie behind


def stop_worker(status_file: Path, patience_s: float) -> None:
    """Ask the worker of a job to stop at its next block; after `patience_s` it is killed, which
    loses no more than the stage it was at."""
    import psutil

    deadline = time.monotonic() + patience_s
    asked: tuple[int, float] | None = None
    while (status := Status.load(status_file)) and status.state.is_live:
        is_late = time.monotonic() > deadline
        if status.worker and (is_late or asked != status.worker):
            asked = status.worker
            with suppress(psutil.NoSuchProcess):
                process = psutil.Process(status.worker[0])
                process.kill() if is_late else process.terminate()
        time.sleep(0.05)
    if asked and status and status.state is State.INTERRUPTED:
        replace(status, state=State.CANCELLED, message="cancelled").save(status_file)


def _spawn(path: Path, job: str) -> subprocess.Popen[bytes]:
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
