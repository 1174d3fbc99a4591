"""A file becomes a frame: CSV, TSV or Parquet."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def read_frame(path: Path) -> tuple["pd.DataFrame", tuple[str, ...]]:
    """The table in a file, and what was assumed while reading it."""
    import pandas as pd

    if path.suffix == ".parquet":
        return pd.read_parquet(path), ()
    return pd.read_csv(path, sep=None, engine="python"), ()
