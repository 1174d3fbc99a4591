"""Where a job is: one small JSON file, replaced as a whole, read by whoever watches."""

import json
import os
import secrets
import time
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

START_GRACE_S = 30.0
"""How long a started worker may take to sign in before it counts as dead."""


class State(StrEnum):
    """The life of a job."""

    STARTING = "starting"
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"

    @property
    def is_live(self) -> bool:
        return self in (State.STARTING, State.QUEUED, State.RUNNING)


@dataclass(frozen=True)
class Status:
    """State of a job, finished share of its work in [0, 1], and a few words for a person.

    `error` is the sentence to show when it failed; `is_our_fault` tells a defect from bad input.
    `worker` is (pid, start time of that process in seconds since the epoch): a pid alone may have
    been given to somebody else since.
    """

    state: State
    fraction: float = 0.0
    message: str = ""
    error: str = ""
    is_our_fault: bool = False
    worker: tuple[int, float] | None = None
    started_at: float = field(default_factory=time.time)
    updated_at: float = field(default_factory=time.time)

    def save(self, path: Path) -> None:
        """Replace the file at once, so that no reader ever sees half of it; on a full disk write
        over it, which needs no room: that the disk is full must still be told."""
        text = json.dumps(asdict(replace(self, updated_at=time.time())))
        try:
            replace_text(path, text)
        except OSError:
            if not path.is_file():
                raise
            with path.open("r+", encoding="utf-8") as file:
                file.write(text.ljust(path.stat().st_size))
                file.truncate()

    @classmethod
    def load(cls, path: Path) -> "Status | None":
        """The status on disk, `interrupted` when its worker is gone or the file is damaged; None
        when there is none."""
        try:
            found: dict[str, Any] = json.loads(path.read_text())
            worker = tuple(found.pop("worker") or ()) or None
            status = cls(**{**found, "state": State(found["state"])}, worker=worker)
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError, AttributeError):
            return cls(State.INTERRUPTED)
        gone = replace(status, state=State.INTERRUPTED)
        return gone if status.state.is_live and not status.has_worker() else status

    def has_worker(self) -> bool:
        """Whether the process that signed this status still lives (or may still sign in)."""
        if self.worker is None:
            return time.time() - self.updated_at < START_GRACE_S
        return lives(*self.worker)


def lives(pid: int, born: float) -> bool:
    """Whether the process `pid` that started at `born` (seconds since the epoch) still lives."""
    import psutil

    try:
        process = psutil.Process(pid)
        alive = process.status() != psutil.STATUS_ZOMBIE
        return bool(alive and abs(process.create_time() - born) < 1.0)
    except psutil.Error:
        return False


def worker_of(pid: int) -> tuple[int, float] | None:
    """Pid and start time of a process; None when it has ended already."""
    import psutil

    try:
        return pid, psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return None


def replace_text(path: Path, text: str) -> None:
    """Write `text` to `path` through a temporary file beside it: whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")  # threads write here too
    try:
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
