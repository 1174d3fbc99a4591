"""Where something new is written: every output makes the folders that are missing above it."""

import tempfile
from pathlib import Path

from core.errors import RunError


def make_parents(path: Path) -> None:
    """Make the folders above a new file or folder.

    Raises:
        RunError: they cannot be made; one line.
    """
    try:
        path.absolute().parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise RunError(
            f"Cannot write {path}: a part of its path is a file and no folder; choose another."
        ) from error
    except OSError as error:
        raise RunError(f"Cannot write {path}: {error.strerror}.") from error


def try_file(path: Path) -> None:
    """Find out that a file can be written, long before it is: nothing is left there.

    Raises:
        RunError: it cannot; one line.
    """
    make_parents(path)
    if path.is_dir():
        raise RunError(f"Cannot write {path}: it is a folder; name a file in it.")
    try:
        with tempfile.NamedTemporaryFile(dir=path.absolute().parent, suffix=".tmp"):
            pass
    except OSError as error:
        raise RunError(f"Cannot write {path}: {error.strerror}.") from error
