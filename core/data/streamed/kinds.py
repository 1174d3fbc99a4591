"""What each column of a delimited text holds, learned from some lines at a time.

Arrow tells the type of every column in every part; a column holds the narrowest type that all its
parts can be read as, which is what Arrow would say of the whole text.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.data.mending import Fit, counts_rows, fit_numbers

if TYPE_CHECKING:
    import pyarrow as pa

NOTHING = Fit(True, True, False, 0)


@dataclass
class Column:
    """One column so far."""

    type: "pa.DataType"
    fit: Fit
    """Of its text; numbers fit as they are."""
    plain: bool = True
    """Whether its other parts are numbers or empty."""
    counts: bool = True
    """Whether it counts the rows."""
    last: int | None = None
    turned_at: int | None = None
    """The part in which text came up where numbers had been before."""

    def add(self, part: "pa.ChunkedArray", number: int) -> None:
        """Take in the next part, the `number`-th of the file."""
        import pyarrow as pa

        self._count(part)
        before, self.type = self.type, joined(self.type, part.type)
        if not pa.types.is_string(part.type):
            self.plain &= is_number(part.type) or pa.types.is_null(part.type)
            self.fit = self.fit.joined(Fit(True, True, False, len(part) - part.null_count))
            return
        if self.fit.commas:
            self.fit = self.fit.joined(fit_numbers(part))
        if is_number(before) and self.turned_at is None and not self.fit.commas:
            self.turned_at = number

    def _count(self, part: "pa.ChunkedArray") -> None:
        self.counts = self.counts and counts_rows(part)
        if self.counts and len(part):
            follows = self.last is None or part[0].as_py() == self.last + 1
            self.counts, self.last = follows, part[-1].as_py()

    def is_mended(self, decimal_comma: bool) -> bool:
        """Whether its text is numbers but for decimal commas and words for missing."""
        import pyarrow as pa

        is_text = pa.types.is_string(self.type)
        return is_text and self.plain and self.fit.is_number(decimal_comma)


def new_columns(n_columns: int) -> list[Column]:
    """Columns of which nothing is known yet."""
    import pyarrow as pa

    return [Column(pa.null(), NOTHING) for _ in range(n_columns)]


def joined(one: "pa.DataType", other: "pa.DataType") -> "pa.DataType":
    """The narrowest type that both can be read as."""
    import pyarrow as pa

    if one == other or pa.types.is_null(other):
        return one
    if pa.types.is_null(one):
        return other
    if is_number(one) and is_number(other):
        return pa.float64()
    dates = [pa.date32(), pa.timestamp("s"), pa.timestamp("ns")]
    if one in dates and other in dates:
        return dates[max(dates.index(one), dates.index(other))]
    return pa.string()


def is_number(kind: "pa.DataType") -> bool:
    """Whether a column of this type holds numbers."""
    import pyarrow as pa

    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))
