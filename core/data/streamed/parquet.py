"""A Parquet file of any size, read a batch of rows at a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Int

from core.data.delimited import check_names
from core.data.names import listed
from core.data.reading import PARQUET_ENDINGS, usable_columns
from core.errors import TableError

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

CELLS = 1 << 18
"""Values of a batch (2 MB in double precision); several copies are at work at a time."""

MAX_ROWS = 1 << 16

BUFFER = 1 << 16
"""Bytes of a column that are read from the disk at a time."""


OnRows = Callable[[int], None]
"""Called with the number of rows of every batch that is read; may raise Cancelled."""


def unheard(n_rows: int) -> None:
    """Tells nobody."""


class Rows(NamedTuple):
    """A batch, and which rows of the file it holds."""

    number: Int[np.ndarray, " row"]
    table: "pa.Table"


@dataclass(frozen=True)
class ParquetRows:
    """A handle on a file; it holds no rows."""

    path: Path
    names: tuple[str, ...]
    """The columns that hold one value a row."""
    n_rows: int
    notices: tuple[str, ...]
    stamp: tuple[int, int]
    """Size and time of the last change, in ns, when it was opened."""
    on_rows: OnRows = field(default=unheard, compare=False)

    def batches(self, columns: Sequence[str]) -> Iterator[Rows]:
        """Every row in order, with these columns.

        Raises:
            TableError: the file is damaged.
        """
        import pyarrow as pa

        wanted = list(columns)
        size = max(1, min(MAX_ROWS, CELLS // max(1, len(wanted))))
        start = 0
        try:
            with _open(self.path) as file:
                for batch in file.iter_batches(batch_size=size, columns=wanted):
                    number = np.arange(start, start + batch.num_rows)
                    start += batch.num_rows  # the table may be gone after `yield`
                    self.on_rows(batch.num_rows)
                    yield Rows(number, _plain(pa.Table.from_batches([batch]).select(wanted)))
        except (pa.ArrowException, OSError) as error:
            raise TableError(self._explain()) from error
        if start != self.n_rows or self.has_changed:
            raise TableError(self._explain())

    @property
    def has_changed(self) -> bool:
        """Whether the file is another one by now, or gone."""
        return stamp_of(self.path) != self.stamp

    def _explain(self) -> str:
        if self.has_changed:
            return f"{self.path.name} changed while it was read. Start again."
        return _damaged(self.path)


def is_parquet(path: Path) -> bool:
    """Whether the name of a file says that it is Parquet."""
    return path.name.lower().endswith(PARQUET_ENDINGS) and path.is_file()


def open_rows(path: Path, on_rows: OnRows = unheard) -> ParquetRows:
    """Look at the end of a Parquet file, where its columns are listed; no row is read.

    Raises:
        TableError: the file is missing, no Parquet, cut off or damaged, has no rows, one column,
            or a column name twice.
    """
    import pyarrow as pa

    stamp = stamp_of(path)
    _check_ends(path)
    try:
        with _open(path) as file:
            schema, n_rows = file.schema_arrow, file.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise TableError(_damaged(path)) from error
    check_names(schema.names, path.name)
    if not n_rows:
        raise TableError(f"{path.name} has no rows. Give a table with rows.")
    kept, nested = usable_columns(schema, path.name)
    notice = f"Columns with lists or bytes were left out: {listed(nested)}."
    return ParquetRows(path, tuple(kept), n_rows, (notice,) if nested else (), stamp, on_rows)


def stamp_of(path: Path) -> tuple[int, int]:
    """Size and time of the last change of a file, in ns; zeros where there is none."""
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_size, found.st_mtime_ns)


def n_cells(path: Path) -> int:
    """Rows × columns of a Parquet file; 0 where that cannot be told."""
    import pyarrow as pa

    try:
        with _open(path) as file:
            return int(file.metadata.num_rows * file.metadata.num_columns)
    except (pa.ArrowException, OSError):
        return 0


def _open(path: Path) -> "ParquetFile":
    """Column by column through a small buffer: a row group may hold a million rows."""
    from pyarrow.parquet import ParquetFile

    return ParquetFile(path, buffer_size=BUFFER, pre_buffer=False)


def _check_ends(path: Path) -> None:
    try:
        with path.open("rb") as file:
            head = file.read(4)
            file.seek(0, 2)
            file.seek(max(0, file.tell() - 4))
            tail = file.read(4)
    except FileNotFoundError as error:
        raise TableError(f"There is no file {path}. Check the path.") from error
    except OSError as error:
        raise TableError(f"{path} cannot be read ({error.strerror}). Check the file.") from error
    if head != b"PAR1":
        raise TableError(f"{path.name} is not a Parquet file. Give it its right ending.")
    if tail != b"PAR1":
        raise TableError(f"{path.name} is cut off: its end is missing. Copy or export it again.")


def _damaged(path: Path) -> str:
    return f"{path.name} is damaged Parquet. Copy or export it again."


def _plain(table: "pa.Table") -> "pa.Table":
    """Without dictionaries, which may differ from batch to batch, and without metadata."""
    import pyarrow as pa

    for place, column in enumerate(table.schema):
        if pa.types.is_dictionary(column.type):
            decoded = table.column(place).cast(column.type.value_type)
            table = table.set_column(place, column.name, decoded)
    return table.replace_schema_metadata(None)
