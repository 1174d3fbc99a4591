"""Tables too large for memory: read a batch at a time from Parquet, never as a whole.

large      which tables these are
lines      a text of any size → some whole lines at a time
kinds      what each column of such a text holds
delimited  a text of any size → Parquet
parquet    a file → batches of rows
draw       which rows the sample takes: some of every label
coder      batches → features, labels and patients as numbers, all by one code
survey     what every row together says: counts, scales, copies; nothing of it grows with the rows
stream     the training rows as the landscape takes them
copying    the columns with a role, written anew
opening    a file and its roles → a StreamedTable
"""

from core.data.streamed.large import as_parquet, can_stream, is_large, streamable
from core.data.streamed.opening import (
    PASSES,
    Opened,
    Sampled,
    copy_rows,
    open_file,
    open_table,
    reopen,
    sample_file,
)

__all__ = [
    "PASSES",
    "Opened",
    "Sampled",
    "as_parquet",
    "can_stream",
    "copy_rows",
    "is_large",
    "open_file",
    "open_table",
    "reopen",
    "sample_file",
    "streamable",
]
