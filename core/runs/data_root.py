"""Tables opened by their path: only inside the one folder that whoever started the server named."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from core.data.reading import ARRAY_ENDING, ENDINGS
from core.data.streamed import is_large
from core.errors import TableError
from core.machine.memory import free_memory

VARIABLE = "TASKSCAPE_DATA"
"""The environment variable that names the folder."""
MOST_LISTED = 500
MEMORY_RATIO = 4.0
"""Bytes of memory that a byte of a table on disk takes while it is read (ours; a guess)."""
STREAMED_BYTES = 700_000_000
"""Memory that a table takes which is read in batches, libraries included (measured)."""


class Size(NamedTuple):
    """Bytes of a table on disk, about what reading it takes, and what memory is free."""

    on_disk: int
    needed: int
    free: int
    is_streamed: bool
    """Whether it is read in batches, which takes the same memory whatever its size."""

    @property
    def is_tight(self) -> bool:
        """Whether reading it may not fit."""
        return self.needed > self.free


def find_data(root: Path, typed: str) -> Path:
    """The file or folder under `root` that a visitor named.

    Links are followed first, so neither `..` nor a link leads out; what is outside is told as what
    is not there. In a folder, no table may be a link out either.

    Raises:
        TableError: nothing of that name inside the folder.
    """
    try:
        base = root.resolve(strict=True)
        found = (base / typed.strip()).resolve(strict=True)
        parts = [found, *(found.iterdir() if found.is_dir() else ())]
        is_inside = all(part.resolve().is_relative_to(base) for part in parts)
        if typed.strip() and is_inside and found != base and (found.is_file() or found.is_dir()):
            return found
    except (OSError, ValueError, RuntimeError):  # no such thing, no name, a loop of links
        pass
    raise TableError(f"There is no table {typed[:80]!r} in the data folder; check the path.")


def list_data(root: Path) -> tuple[str, ...]:
    """The tables under `root` by their paths, the first 500; hidden ones and links are left out."""
    found: list[str] = []
    for path in _walk(root):
        if path.name.lower().endswith((*ENDINGS, ARRAY_ENDING)):
            found.append(path.relative_to(root).as_posix())
        if len(found) == MOST_LISTED:
            break
    return tuple(found)


def size_of(path: Path) -> Size:
    """What opening a table or a folder of tables takes."""
    files = [part for part in path.iterdir() if part.is_file()] if path.is_dir() else [path]
    on_disk = sum(part.stat().st_size for part in files)
    free, streamed = free_memory(), is_large(path)
    needed = STREAMED_BYTES if streamed else int(MEMORY_RATIO * on_disk)
    return Size(on_disk, needed, free, streamed)


def _walk(folder: Path) -> Iterator[Path]:
    try:
        inside = sorted(folder.iterdir())
    except OSError:  # not ours to read
        return
    for path in inside:
        if path.name.startswith(".") or path.is_symlink():
            continue
        if path.is_dir():
            yield from _walk(path)
        elif path.is_file():
            yield path
