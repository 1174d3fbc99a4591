"""An upload that is too large for memory: where its rows are, and those to look at."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.data.streamed import as_parquet, sample_file
from core.data.streamed.parquet import stamp_of
from core.data.whose import Occurrence
from core.errors import TableError

if TYPE_CHECKING:
    import pandas as pd


DRAFTS = ".drafts"
"""The folder of the uploads beside the runs."""


@dataclass(frozen=True)
class Large:
    """Where the rows are, in Parquet; size and time of change tell if it is still this file."""

    path: str
    n_rows: int
    size: int
    changed_ns: int
    patients: tuple[tuple[str, int, int, str], ...] = ()
    """Columns that may say whose row it is, and how often their values occur in all rows."""

    @property
    def counted(self) -> dict[str, Occurrence]:
        """The same by column."""
        return {one[0]: Occurrence(*one[1:]) for one in self.patients}

    def file(self, folder: Path = Path()) -> Path:
        """The file, which may lie in a folder; TableError where it is gone or another by now."""
        path = folder / self.path
        if stamp_of(path) != (self.size, self.changed_ns):
            raise TableError(
                f"{path.name} was moved or changed since it was opened; open it again by its path."
            )
        return path


def keep_large(source: Path, folder: Path) -> tuple[Large, "pd.DataFrame", tuple[str, ...]]:
    """Look into a large file: where it will be read from, some of its rows, and notices.

    A Parquet file that lies elsewhere stays there; one inside `folder` (an upload) is kept, and a
    text is written anew.

    Raises:
        TableError: the file cannot be read.
    """
    place = folder / "rows"
    place.mkdir()
    found = as_parquet(source, place)
    path = found.path
    if path == source and source.is_relative_to(folder):
        path = Path(shutil.move(source, place))
    sample = sample_file(path)
    size, changed_ns = stamp_of(path)
    said = (
        f"The table is large, so it is read in batches and never held whole. Kinds, issues and the "
        f"rows below are those of {len(sample.frame):,} rows of {sample.n_rows:,}, drawn evenly "
        "and with more of rare values.",
    )
    patients = tuple((name, *found) for name, found in sample.patients.items())
    large = Large(str(path), sample.n_rows, size, changed_ns, patients)
    return large, sample.frame, (*found.notices, *sample.notices, *said)
