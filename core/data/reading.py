"""A file becomes a frame: CSV, TSV, Parquet, or an .npz of arrays."""

import gzip
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from core.data.arrays import read_arrays
from core.data.delimited import check_names
from core.data.encoding import recognise
from core.data.names import listed
from core.data.text import read_text
from core.errors import TableError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

TEXT_ENDINGS = {".csv": ",", ".csv.gz": ",", ".tsv": "\t", ".tsv.gz": "\t"}
PARQUET_ENDINGS = (".parquet", ".pq")
ENDINGS = (*TEXT_ENDINGS, *PARQUET_ENDINGS)
"""Endings of one table."""
ARRAY_ENDING = ".npz"


def read_frame(path: Path) -> tuple["pd.DataFrame", tuple[str, ...]]:
    """The table in a file, and a sentence for everything that was assumed while reading it.

    Column names come stripped and are never renamed; codes with leading zeros stay text; true and
    false become pandas' boolean, dates a datetime, everything else a number or text.

    Raises:
        TableError: the file is missing, unreadable, not what its ending says, damaged, or has no
            rows, one column, a column name twice, or a line of another length.
    """
    name = path.name.lower()
    if name.endswith(ARRAY_ENDING):
        found = read_arrays(path)
        return found.frame, found.notices
    ending = next((end for end in ENDINGS if name.endswith(end)), "")
    if not ending and not is_folder(path):
        known = ", ".join((*ENDINGS, ARRAY_ENDING))
        raise TableError(f"{path.name} does not end in {known}. Save the table as one of these.")
    content = _read_bytes(path)
    if not content:
        raise TableError(f"{path.name} is empty. Give a table with a header line and rows.")
    if ending in TEXT_ENDINGS:
        if ending.endswith(".gz"):
            content = _decompress(content, path.name)
        table, notices = read_text(content, path.name, TEXT_ENDINGS[ending])
    else:
        table, notices = _read_parquet(content, path.name)
    return to_pandas(table), notices


def read_text_file(path: Path) -> bytes:
    """The bytes of a text file, unpacked where its name ends in .gz; see `read_frame`."""
    content = _read_bytes(path)
    return _decompress(content, path.name) if path.name.lower().endswith(".gz") else content


def name_columns(frame: "pd.DataFrame") -> "pd.DataFrame":
    """The frame of a caller with text for column names and rows numbered from 0.

    Raises:
        TableError: a column name occurs twice.
    """
    names = [str(name) for name in frame.columns]
    check_names(names, "The frame")
    return frame.set_axis(names, axis=1).reset_index(drop=True)


def is_folder(path: Path) -> bool:
    """Whether there is a folder at `path`."""
    try:
        return path.is_dir()
    except OSError:  # a name too long for a path
        return False


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise TableError(f"There is no file {path}. Check the path.") from error
    except IsADirectoryError as error:
        raise TableError(f"{path} is a folder. Give one CSV, TSV or Parquet file.") from error
    except OSError as error:
        raise TableError(f"{path} cannot be read ({error.strerror}). Check the file.") from error


def _decompress(content: bytes, name: str) -> bytes:
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise TableError(
            f"{name} is not a whole gzip file. Copy it again, or unpack it and give the CSV."
        ) from error


def _read_parquet(content: bytes, name: str) -> tuple["pa.Table", tuple[str, ...]]:
    import pyarrow as pa
    from pyarrow import parquet

    if not content.startswith(b"PAR1"):
        is_text = content[:4096].isascii() and b"\0" not in content[:4096]
        what = recognise(content) or ("text" if is_text else "something else")
        raise TableError(f"{name} is not a Parquet file but {what}. Give it its right ending.")
    if not content.endswith(b"PAR1"):
        raise TableError(f"{name} is cut off: its end is missing. Copy or export it again.")
    try:
        file = parquet.ParquetFile(pa.BufferReader(content))
        check_names(file.schema_arrow.names, name)
        table = file.read().replace_schema_metadata(None)
    except (pa.ArrowException, OSError) as error:
        raise TableError(f"{name} is damaged Parquet. Copy or export it again.") from error
    if not table.num_rows:
        raise TableError(f"{name} has no rows. Give a table with rows.")
    return _flatten(table, name)


def _flatten(table: "pa.Table", name: str) -> tuple["pa.Table", tuple[str, ...]]:
    """The columns that hold one value a row; stored row numbers dropped."""
    kept, nested = usable_columns(table.schema, name)
    notice = f"Columns with lists or bytes were left out: {listed(nested)}."
    return table.select(kept), (notice,) if nested else ()


def usable_columns(schema: "pa.Schema", name: str) -> tuple[list[str], list[str]]:
    """The columns of a Parquet file that hold one value a row, and those that hold lists or bytes.

    Raises:
        TableError: fewer than two can be used.
    """
    import pyarrow as pa

    kept, nested = [], []
    for field in schema:
        if pa.types.is_nested(field.type) or pa.types.is_binary(field.type):
            nested.append(field.name)
        elif not field.name.startswith("__index_level_"):
            kept.append(field.name)
    if len(kept) < 2:
        raise TableError(f"{name} has one column; a table needs features and targets.")
    return kept, nested


def to_pandas(table: "pa.Table") -> "pd.DataFrame":
    """The frame of an Arrow table: decimals as numbers, true and false as pandas' boolean."""
    import pandas as pd
    import pyarrow as pa

    for place, field in enumerate(table.schema):
        if pa.types.is_null(field.type) or pa.types.is_decimal(field.type):
            numbers = table.column(place).cast(pa.float64())
            table = table.set_column(place, field.name, numbers)
    frame: pd.DataFrame = table.to_pandas(
        ignore_metadata=True,
        date_as_object=False,
        types_mapper={pa.bool_(): pd.BooleanDtype()}.get,
        split_blocks=True,
        self_destruct=True,
    )
    return frame
