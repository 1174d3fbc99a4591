"""The worker process of a run: `python -m core work RUN [--job MAP]`.

It signs in to the status file, reports there and to `events.jsonl`, stops at the next block when
SIGTERM arrives, and leaves every finished stage behind for the next start.
"""

import json
import os
import signal
import time
import traceback
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import FrameType

from core.errors import Cancelled, MethodError, RunError, TaskGroupingError
from core.machine.device import pick_device
from core.machine.memory import explain_shortage, is_out_of_memory
from core.runs.folder import EVIDENCE, MAIN, Run
from core.runs.jobs import do_job
from core.runs.maps import map_jobs
from core.runs.queue import FOLDER, MAPS, my_turn
from core.runs.status import State, Status, worker_of

WRITE_EVERY_S = 0.2


def work(path: Path, job: str = MAIN) -> Status:
    """Do a job of the run at `path` and return its last status, which is also on disk.

    Raises:
        MethodError: unknown job.
        RunError: not a run folder, or another worker has the job.
    """
    from filelock import FileLock, Timeout

    known = (MAIN, EVIDENCE, *map_jobs())
    if job not in known:
        raise MethodError(f"Unknown job {job!r}; choose one of {', '.join(known)}.")
    target = Run(path)
    target.status_path(job).parent.mkdir(exist_ok=True)
    try:
        with FileLock(target.status_path(job).with_suffix(".lock"), timeout=0):
            return _Journal(target, job).record()
    except Timeout as error:
        raise RunError(f"The run {target.id} is at work already; wait or cancel it.") from error


class _Journal:
    """Writes down how the job goes; the only place where a worker's errors end."""

    def __init__(self, target: Run, job: str) -> None:
        self.target, self.job = target, job
        self.status = Status(
            State.RUNNING, message="reading the data", worker=worker_of(os.getpid())
        )
        self.must_stop = False
        self.last_write = 0.0

    def record(self) -> Status:
        signal.signal(signal.SIGTERM, self._ask_to_stop)
        self._set(State.STARTING, 0.0, "starting the worker", is_news=False)
        try:
            with my_turn(_line_of(self.target, self.job), self._wait):
                self.status = replace(self.status, started_at=time.time())
                self._set(State.RUNNING, 0.0, "reading the data")
                do_job(self.target, self.job, self.on_progress)
        except Cancelled:
            self._set(State.CANCELLED, self.status.fraction, "cancelled")
        except TaskGroupingError as error:
            self._set(State.FAILED, self.status.fraction, "failed", str(error))
        except OSError as error:
            text = f"The disk or a file refused: {error.strerror or error}. Make room, then resume."
            self._set(State.FAILED, self.status.fraction, "failed", text)
        except Exception as error:  # noqa: BLE001 - the last door: recorded, never lost
            is_ours = not is_out_of_memory(error)
            text = f"A defect of ours ({type(error).__name__}); the details are in worker.log."
            if is_ours:
                traceback.print_exc()
            else:  # PyTorch's way of saying so is no MemoryError
                text = explain_shortage(error)
            self._set(State.FAILED, self.status.fraction, "failed", text, is_our_fault=is_ours)
        else:
            self._set(State.DONE, 1.0, "done")
        return self.status

    def on_progress(self, fraction: float, message: str) -> None:
        if self.must_stop:
            raise Cancelled("The run was cancelled.")
        is_news = message != self.status.message
        if is_news or time.monotonic() - self.last_write > WRITE_EVERY_S:
            self._set(State.RUNNING, fraction, message, is_news=is_news)

    def _wait(self, ahead: int) -> None:
        """Say how many jobs are ahead in the line."""
        if self.must_stop:
            raise Cancelled("The run was cancelled.")
        message = f"waiting for {ahead} other job{'s'[: ahead != 1]} to end"
        if message != self.status.message:
            self._set(State.QUEUED, 0.0, message)

    def _ask_to_stop(self, signum: int, frame: FrameType | None) -> None:
        self.must_stop = True

    def _set(
        self,
        state: State,
        fraction: float,
        message: str,
        error: str = "",
        is_our_fault: bool = False,
        is_news: bool = True,
    ) -> None:
        old = self.status
        self.status = Status(
            state, fraction, message, error, is_our_fault, old.worker, old.started_at
        )
        self.status.save(self.target.status_path(self.job))
        self.last_write = time.monotonic()
        if is_news:
            event = {"at": round(time.time(), 3), "job": self.job, "state": state}
            event |= {"fraction": round(fraction, 4), "message": error or message}
            with (
                suppress(OSError),  # a diary is not worth a job, least of all on a full disk
                (self.target.path / "events.jsonl").open("a", encoding="utf-8") as events,
            ):
                events.write(json.dumps(event) + "\n")


def _line_of(target: Run, job: str) -> Path:
    """Where a job waits: for the device of its run, a map for other maps."""
    is_heavy = job in (MAIN, EVIDENCE)
    return (
        target.path.resolve().parent
        / FOLDER
        / (pick_device(target.plan.device).type if is_heavy else MAPS)
    )
