"""The columns with a role, mended, written anew batch by batch."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from core.data.columns import Holds, what_holds
from core.data.mends import THEN, find_mend, mend_columns
from core.data.streamed.parquet import ParquetRows

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def copy_columns(
    rows: ParquetRows, columns: tuple[str, ...], mends: Mapping[str, str], path: Path
) -> None:
    """Write some columns to `path`; a mended one holds the same in every batch."""
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
        kind = find_mend(name, how.split(THEN)[0]).holds
        column = _column(frame[name], kind, table.schema.field(name).type)
        table = table.set_column(place, name, column)
    return table


def _column(column: "pd.Series", holds: Holds | None, before: "pa.DataType") -> "pa.Array":
    """A mended column with the same type in every batch, whatever is missing there."""
    import pyarrow as pa

    texts = (pa.types.is_string, pa.types.is_large_string, pa.types.is_dictionary)
    if holds is None and any(test(before) for test in texts):
        return pa.Array.from_pandas(column, type=pa.string())
    is_date = Holds.DATES in (holds, what_holds(column))
    return pa.Array.from_pandas(column, type=pa.timestamp("us") if is_date else pa.float64())
