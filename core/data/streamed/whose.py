"""How often the patients of a file come again, of rows that go by once.

A sample of rows cannot tell: of patients with two or three rows among a million it holds hardly one
twice. So patients are drawn, those with the smallest hashes, and all rows of these are counted.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Int, UInt64

from core.data.whose import Occurrence, names_patients
from core.keys import hash_keys

if TYPE_CHECKING:
    import pyarrow as pa

PATIENT_ROWS = 5
"""Purpose of the hashes (`core.keys`)."""


class CountRows:
    """Counts the rows of the `N_KEPT` values with the smallest hashes; of all where they are no
    more. Memory stays at 1 MB a column."""

    N_KEPT = 1 << 16

    def __init__(self) -> None:
        self.smallest: UInt64[np.ndarray, " value"] = np.zeros(0, dtype=np.uint64)
        self.rows: Int[np.ndarray, " value"] = np.zeros(0, dtype=np.int64)
        self.n_rows, self.is_exact = 0, True

    def add(self, keys: UInt64[np.ndarray, " row"]) -> None:
        """Take in some keys, which must be hashes."""
        self.n_rows += len(keys)
        if not self.is_exact:
            keys = keys[keys <= self.smallest[-1]]
        found, counts = np.unique(keys, return_counts=True)
        both = np.concatenate([self.smallest, found])
        smallest, place = np.unique(both, return_inverse=True)
        rows = np.bincount(place, np.concatenate([self.rows, counts]), len(smallest))
        self.is_exact &= len(smallest) <= self.N_KEPT
        self.smallest = smallest[: self.N_KEPT]
        self.rows = rows.astype(np.int64)[: self.N_KEPT]

    def occurrence(self) -> Occurrence:
        """Values and rows of the whole column; values to three digits where they are many."""
        if self.is_exact:
            return Occurrence(len(self.smallest), self.n_rows, f"all {self.n_rows:,} rows")
        n_values = self.n_rows * len(self.smallest) / max(int(self.rows.sum()), 1)
        if n_values < self.n_rows:
            n_values = min(float(f"{n_values:.3g}"), self.n_rows - 1)
        drawn = f"estimated from every row of {len(self.smallest):,} of them"
        where = f"all {self.n_rows:,} rows ({drawn})"
        return Occurrence(int(n_values), self.n_rows, where)


class CountPatients:
    """The same of every column of a file whose name says whose row it is."""

    def __init__(self, names: Sequence[str]) -> None:
        self.counts = {name: CountRows() for name in names if names_patients(name)}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.counts)

    def add(self, table: "pa.Table") -> None:
        """Take in the next rows."""
        for name, counts in self.counts.items():
            counts.add(_keys(table.column(name)))

    def found(self) -> dict[str, Occurrence]:
        """What was counted, by column."""
        return {name: counts.occurrence() for name, counts in self.counts.items()}


def _keys(column: "pa.ChunkedArray") -> UInt64[np.ndarray, " row"]:
    """A hash of every value that there is."""
    import pandas as pd

    known = column.drop_null().to_pandas()
    values = known.to_numpy() if known.dtype.kind in "iufb" else known.astype(str).to_numpy(object)
    words = pd.util.hash_array(values[~pd.isna(values)])
    return hash_keys(words, 0, PATIENT_ROWS)
