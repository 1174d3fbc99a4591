"""Tables too large for memory: read a batch at a time from Parquet, never as a whole.

parquet    a file → batches of rows
draw       which rows the sample takes: some of every label
coder      batches → features, labels and patients as numbers, all by one code
survey     what every row together says: counts, scales, copies; nothing of it grows with the rows
stream     the training rows as the landscape takes them
copying    the columns with a role, written anew
opening    a file and its roles → a StreamedTable
"""

from core.data.streamed.opening import Opened, copy_rows, open_file, open_table, reopen
from core.data.streamed.parquet import is_parquet, n_cells

__all__ = ["Opened", "copy_rows", "is_parquet", "n_cells", "open_file", "open_table", "reopen"]
