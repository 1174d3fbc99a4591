"""Numbers, shares and lists of names as the report says them: rounded, with their plurals."""

import math
from collections.abc import Sequence


def count(number: int, one: str, many: str = "") -> str:
    """`no groups`, `1 group`, `12 groups`, `1,700 records`."""
    if number == 0:
        return f"no {many or one + 's'}"
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def join(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`; empty for none."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def join_some(names: Sequence[str], most: int = 4) -> str:
    """The same, cut after a few: `a, b, c, d and 3 more`."""
    if len(names) <= most:
        return join(names)
    return f"{', '.join(names[:most])} and {len(names) - most} more"


def in_100(share: float) -> int:
    """A share as so many of 100."""
    return int(100 * share + 0.5)


def told(cell: int | str | None) -> str:
    """A count as it may be told."""
    if cell is None:
        return "–"
    return f"{cell:,}" if isinstance(cell, int) else cell


def measured(value: float) -> str:
    """A mean to three digits at least: `71.4`, `1,511`, `0.082`, `2.5e+12`."""
    if value == 0:
        return "0"
    if not 1e-4 <= abs(value) < 1e9:
        return f"{value:.1e}".replace("-", "−")
    n_digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{n_digits}f}".replace("-", "−")
