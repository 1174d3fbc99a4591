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


def amount(value: float | None, is_share: bool = False) -> str:
    """A metric or a share of the loss, without a sign: `0.042`, `2.4 %`, `–` where unknown."""
    if value is None:
        return "–"
    return f"{100 * value:.1f}\u00a0%" if is_share else f"{value:.3f}"


def signed(value: float | None, is_share: bool = False) -> str:
    """The same with its sign: `+0.042`, `−2.4 %`; what rounds to nothing has none."""
    if value is None:
        return "–"
    text = amount(abs(value), is_share)
    if not any(digit in "123456789" for digit in text):
        return text
    return f"{'−' if value < 0 else '+'}{text}"


def interval(low: float | None, high: float | None, is_share: bool = False) -> str:
    """`+0.007 to +0.081`."""
    return (
        "–"
        if low is None or high is None
        else f"{signed(low, is_share)} to {signed(high, is_share)}"
    )


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
