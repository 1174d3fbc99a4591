"""One heavy job a device, the others wait in the order they came.

with my_turn(root / FOLDER / "cpu", on_wait):    blocks until nobody is ahead
    …

A job takes a number: a file that names its process. Whose process is gone has left the line, so a
killed head gives its place up, and a server that restarts changes nothing. No lock is held.
"""

import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.runs.status import lives, worker_of

FOLDER = ".queue"
"""Beside the runs; gone while nobody works."""
MAPS = "maps"
"""The line of flat maps: they take one core and no device, so they wait for each other only."""
POLL_S = 0.2


@contextmanager
def my_turn(line: Path, on_wait: Callable[[int], None]) -> Iterator[None]:
    """Wait until no living process is ahead in `line`, and keep the place until the end.

    Args:
        line: folder of the numbers taken; made and removed as needed.
        on_wait: told how many are ahead, again and again while some are; may raise Cancelled.
    """
    number = _take_number(line)
    try:
        while ahead := count_ahead(number):
            on_wait(ahead)
            time.sleep(POLL_S)
        yield
    finally:
        number.unlink(missing_ok=True)
        with suppress(OSError):  # others are in line, or have removed it
            line.rmdir()
            line.parent.rmdir()


def count_ahead(number: Path) -> int:
    """How many living processes are ahead of a number; the numbers of dead ones are removed."""
    ahead = [other for other in _numbers(number.parent) if other.name < number.name]
    gone = [other for other in ahead if not _is_alive(other)]
    for other in gone:
        other.unlink(missing_ok=True)
    return len(ahead) - len(gone)


def _take_number(line: Path) -> Path:
    """A number above all that are taken, with this process written in it.

    Linking a finished file is atomic and fails where the number is taken. Whoever finds a higher
    number afterwards was too slow and might run beside its owner: it takes another.
    """
    process = worker_of(os.getpid())
    assert process is not None
    while True:
        line.mkdir(parents=True, exist_ok=True)
        draft = line / f".{secrets.token_hex(8)}"
        try:
            draft.write_text(f"{process[0]} {process[1]!r}", encoding="utf-8")
            taken = _numbers(line)
            place = line / f"{int(taken[-1].name) + 1 if taken else 0:012d}"
            os.link(draft, place)
            if _numbers(line)[-1].name == place.name:
                return place
            place.unlink()
        except (FileExistsError, FileNotFoundError):  # somebody was quicker, or the line ended
            continue
        finally:
            draft.unlink(missing_ok=True)


def _numbers(line: Path) -> list[Path]:
    return sorted(path for path in line.glob("[0-9]*"))


def _is_alive(number: Path) -> bool:
    try:
        pid, born = number.read_text(encoding="utf-8").split()
        return lives(int(pid), float(born))
    except (OSError, ValueError):  # its owner is through, or it is no number of ours
        return False
