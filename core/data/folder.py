"""A folder with one file per task: the file's name is the task's, its rows are the task's own."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.data.names import listed
from core.data.patterns import Patterns, match_columns
from core.data.reading import ENDINGS, read_frame
from core.data.stacking import stack_parts, take_part
from core.errors import TableError

if TYPE_CHECKING:
    import pandas as pd


def read_folder(
    path: Path, targets: Patterns, ignore: Patterns
) -> tuple["pd.DataFrame", tuple[str, ...], tuple[str, ...]]:
    """The stacked rows of every table in a folder, the names of the tasks, and notices.

    The ignored columns are left out, so that files may differ in them.

    Raises:
        TableError: no table in the folder, a file that cannot be read, lacks the target or differs
            in its columns, or a pattern to ignore that matches in no file.
    """
    files = find_tables(path)
    frames: list[pd.DataFrame] = []
    notices: list[str] = []
    for file in files:
        frame, notes = read_frame(file)
        frames.append(frame)
        notices += notes
    every = dict.fromkeys(str(name) for frame in frames for name in frame.columns)
    ignored = match_columns(list(every), ignore, "--ignore")
    parts = [
        take_part(frame, task_name(file), file.name, targets, ignored)
        for file, frame in zip(files, frames, strict=True)
    ]
    names = tuple(part.task for part in parts)
    return stack_parts(parts), names, (*_shortened(notices), *_left_out(path, files))


def find_tables(path: Path) -> tuple[Path, ...]:
    """The tables in a folder, by name; TableError when there is none."""
    try:
        files = sorted(file for file in path.iterdir() if _is_table(file))
    except OSError as error:
        raise TableError(f"{path} cannot be read ({error.strerror}). Check the folder.") from error
    if not files:
        raise TableError(
            f"The folder {path.name or path} has no table in it. Put one file per task there "
            f"({', '.join(ENDINGS)}), or give one table."
        )
    return tuple(files)


def task_name(file: Path) -> str:
    """The name of a file without its ending."""
    ending = max((end for end in ENDINGS if file.name.lower().endswith(end)), key=len)
    return file.name[: -len(ending)]


def _is_table(file: Path) -> bool:
    name = file.name.lower()
    return not name.startswith(".") and name.endswith(ENDINGS) and file.is_file()


def _left_out(path: Path, files: Sequence[Path]) -> tuple[str, ...]:
    others = [p.name for p in sorted(path.iterdir()) if p not in files and p.name[0] != "."]
    return (f"Not read, as they are no tables: {listed(others)}.",) if others else ()


def _shortened(notices: Sequence[str], most: int = 5) -> tuple[str, ...]:
    more = len(notices) - most
    return (*notices[:most], *([f"{more} more notices of this sort."] if more > 0 else []))
