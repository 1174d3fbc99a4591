"""The columns with a role, mended, written anew batch by batch."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from core.data.columns import Holds, what_holds
from core.data.mends import mend_columns
from core.data.streamed.parquet import ParquetRows

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def copy_columns(
    rows: ParquetRows, columns: tuple[str, ...], mends: Mapping[str, str], path: Path
) -> None:
    """Write some columns to `path`; a mended one holds dates or numbers in every batch."""
    from pyarrow.parquet import ParquetWriter

    wanted = {name: how for name, how in mends.items() if name in columns}
    writer = None
    try:
        for _, table in rows.batches(columns):
            mended = _mend(table, wanted)
            writer = writer or ParquetWriter(path, mended.schema)
            writer.write_table(mended.cast(writer.schema))
    finally:
        if writer is not None:
            writer.close()


def _mend(table: "pa.Table", mends: Mapping[str, str]) -> "pa.Table":
    from core.data.reading import to_pandas

    if not mends:
        return table
    frame = mend_columns(to_pandas(table.select(list(mends))), mends)
    for name, how in mends.items():
        place = table.column_names.index(name)
        table = table.set_column(place, name, _column(frame[name], how))
    return table


def _column(column: "pd.Series", how: str) -> "pa.Array":
    import pyarrow as pa

    is_date = how in ("day_first", "month_first") or what_holds(column) is Holds.DATES
    kind = pa.timestamp("us") if is_date else pa.float64()
    return pa.Array.from_pandas(column, type=kind)
