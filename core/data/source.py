"""Whatever a user brings becomes one frame: a table, a folder of tables, an .npz of arrays."""

from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import TYPE_CHECKING

from core.data.arrays import read_arrays
from core.data.folder import find_tables, read_folder
from core.data.patterns import Patterns
from core.data.reading import ARRAY_ENDING, is_folder, read_frame

if TYPE_CHECKING:
    import pandas as pd

FOLDER_TARGET = "y"
"""The target column of each file in a folder, where none is named."""
TABLE_TARGETS = "y_*"
"""The target columns of a table, where none are named."""


@dataclass(frozen=True, eq=False)
class Source:
    """What was read: one frame, and the targets and columns to ignore as they are called in it.

    `feature_shape` is the shape of one sample where the features are the pixels of an image or
    the steps of a series; empty for a table.
    """

    frame: "pd.DataFrame"
    targets: Patterns
    ignore: Patterns = ()
    feature_shape: tuple[int, ...] = ()
    notices: tuple[str, ...] = ()


def read_source(
    path: Path,
    targets: Patterns | None = None,
    ignore: Patterns = (),
    needs_targets: bool = True,
) -> Source:
    """Read a table (CSV, TSV, Parquet), a folder with one such file per task, or an .npz.

    Args:
        path: the file or folder.
        targets: names or globs of the target columns; in a folder, of the target column of each
            file, whose name then is the name of the task. None takes `y` in a folder, else `y_*`;
            of an .npz also one array that is called like labels.
        ignore: names or globs of columns to leave out.
        needs_targets: whether to refuse an .npz that does not tell its labels; else its targets are
            empty.

    Raises:
        TableError: anything that cannot be read as one of these; one line.
    """
    if is_folder(path):
        frame, names, notices = read_folder(path, targets or FOLDER_TARGET, ignore)
        return Source(frame, names, notices=notices)
    if path.name.lower().endswith(ARRAY_ENDING):
        found = read_arrays(path, targets, needs_targets)
        return Source(found.frame, found.targets, ignore, found.shape, found.notices)
    frame, notices = read_frame(path)
    return Source(frame, targets or TABLE_TARGETS, ignore, notices=notices)


def digest_source(path: Path) -> str:
    """Hex SHA-256 of a file, or of the names and contents of the tables in a folder."""
    if not is_folder(path):
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    digest = sha256()
    for part in find_tables(path):
        digest.update(f"{part.name}\0{digest_source(part)}\0".encode())
    return digest.hexdigest()
