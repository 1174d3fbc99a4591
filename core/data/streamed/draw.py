"""Which rows the sample of a file takes: an even share of all, and some of every label.

A first pass counts the labels. In the second a row is drawn by a hash of its number, with a chance
that is the largest of what its labels ask for; chances are powers of ½ (Poisson sampling; ours).
A drawn row stands for 1 / chance rows, so weighted sums over the sample are unbiased.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from core.data.streamed.parquet import ParquetRows
from core.data.streamed.whose import CountPatients
from core.keys import DRAW, powers_of_half, uniform

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

SAMPLE_ROWS = 16_000
"""Most rows of the even share; at least half as many are drawn (ours)."""

EACH_LABEL = 200
"""Rows of every label that are drawn where there are as many (ours)."""

LEAST_LABEL = 120
"""The same where there are very many labels: below 50 of one a table gets a warning, which must not
come from the draw."""

MOST_VALUES = 51
"""Distinct values from which a column has no labels that could be drawn one by one."""


class Drawn(NamedTuple):
    """The sample: its rows in the order of the file, and how many each stands for."""

    frame: "pd.DataFrame"
    number: Int[np.ndarray, " row"]
    weight: Float[np.ndarray, " row"]


@dataclass(frozen=True)
class LabelCounts:
    """How often each value of one column occurs; the values are not told apart when `many`."""

    name: str
    by_value: dict[Any, int]
    n_known: int
    many: bool

    @property
    def n_strata(self) -> int:
        return 1 if self.many else len(self.by_value)


def count_labels(
    rows: ParquetRows, columns: Sequence[str], patients: CountPatients
) -> tuple[LabelCounts, ...]:
    """One pass over some columns, in which patients are counted too."""
    found: dict[str, dict[Any, int]] = {name: {} for name in columns}
    known, many = dict.fromkeys(columns, 0), dict.fromkeys(columns, False)
    for _, table in rows.batches(tuple(dict.fromkeys((*columns, *patients.names)))):
        patients.add(table)
        for name in columns:
            column = table.column(name)
            known[name] += len(column) - column.null_count
            if not many[name]:
                _add_values(found[name], column)
                many[name] = len(found[name]) > MOST_VALUES
    return tuple(LabelCounts(name, found[name], known[name], many[name]) for name in columns)


def _add_values(counts: dict[Any, int], column: "pa.ChunkedArray") -> None:
    import pyarrow.compute as pc

    for pair in pc.value_counts(column).to_pylist():
        value = pair["values"]
        if value is not None and value == value:
            counts[value] = counts.get(value, 0) + pair["counts"]


def draw_sample(
    rows: ParquetRows,
    columns: Sequence[str],
    labels: Sequence[LabelCounts],
    seed: int,
    sample_rows: int = SAMPLE_ROWS,
) -> Drawn:
    """One pass over the columns of the sample; all rows are taken where they are few."""
    import pyarrow as pa

    from core.data.reading import to_pandas

    even = min(1.0, 2.0 ** np.floor(np.log2(sample_rows / rows.n_rows)))
    n_labels = max(1, sum(one.n_strata for one in labels))
    each = max(LEAST_LABEL, min(EACH_LABEL, sample_rows // (4 * n_labels)))
    parts, numbers, weights = [], [], []
    for number, table in rows.batches(columns):
        chance = np.full(len(number), even)
        if even < 1:
            for one in labels:
                chance = np.maximum(chance, _chance(one, table.column(one.name), each))
            chance = powers_of_half(chance)
        taken = np.flatnonzero(uniform(number.astype(np.uint64), seed, DRAW) < chance)
        parts.append(table.take(pa.array(taken)))
        numbers.append(number[taken])
        weights.append(1 / chance[taken])
    frame = to_pandas(pa.concat_tables(parts))
    return Drawn(frame, np.concatenate(numbers), np.concatenate(weights))


def _chance(counts: LabelCounts, column: "pa.ChunkedArray", each: int) -> Float[np.ndarray, " row"]:
    """Such that about `each` rows of every value are drawn; 0 where the column is empty."""
    if counts.many:
        known = np.asarray(column.is_valid())
        return np.asarray(known * min(1.0, each / max(1, counts.n_known)))
    by_value = {value: min(1.0, each / n) for value, n in counts.by_value.items()}
    found = column.to_pandas().map(by_value).astype(np.float64).fillna(0.0)
    return np.asarray(found.to_numpy())
