"""Which tables are too large for memory, and where they are read from."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from core.data.streamed.delimited import is_text, rewrite_text
from core.data.streamed.parquet import is_parquet, n_cells

LARGE = 25_000_000
"""Values of a table from which it is streamed: 200 MB in double precision, of which the work in
memory takes several copies (ours)."""

BYTES_A_VALUE = 8
"""Of a value in a text, about; a packed text is a quarter of that (ours)."""


class Streamable(NamedTuple):
    """A Parquet file, and what was assumed in making it of a text."""

    path: Path
    notices: tuple[str, ...]


def can_stream(path: Path) -> bool:
    """Whether there is a file at `path` that can be read in batches: Parquet, or a text."""
    return is_parquet(path) or is_text(path)


def is_large(path: Path) -> bool:
    """Whether a file is better read in batches than as a whole."""
    if is_parquet(path):
        return n_cells(path) > LARGE
    if not is_text(path):
        return False
    is_packed = path.name.lower().endswith(".gz")
    return path.stat().st_size > LARGE * BYTES_A_VALUE / (4 if is_packed else 1)


def as_parquet(path: Path, folder: Path) -> Streamable:
    """The file itself where it is Parquet; a text is written anew in `folder`.

    Raises:
        TableError: no table; see `rewrite_text`.
    """
    if is_parquet(path):
        return Streamable(path, ())
    target = folder / f"{path.name.split('.')[0] or 'table'}.parquet"
    notices = rewrite_text(path, target)
    said = f"{path.name} was written anew as Parquet, part by part, and is streamed from there."
    return Streamable(target, (*notices, said))


@contextmanager
def streamable(path: Path, folder: Path, prefix: str) -> Iterator[Streamable]:
    """`as_parquet` for a while: what it writes lies in a hidden folder inside `folder`."""
    if is_parquet(path):
        yield as_parquet(path, folder)
        return
    with tempfile.TemporaryDirectory(dir=folder, prefix=prefix) as place:
        yield as_parquet(path, Path(place))
