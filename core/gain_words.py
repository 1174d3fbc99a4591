"""Scores, gains and their intervals as people read them, with as many digits as show on which side
of 0 a gain lies: a verdict rests on that, and "0.000 to +0.008" does not tell it."""

import math

PLACES, PERCENT_PLACES = 3, 1
"""Decimals, as a rule."""
KEPT = 4
"""Decimals that files keep: all of them would tell how many events a score was taken from. What is
read is made of these, so that a page, which knows them all, reads like the report."""
NOTHING = 1e-9
"""Differences below this are rounding (ours)."""


def amount(value: float | None, is_share: bool = False, most: int | None = None) -> str:
    """A metric or a share of the loss, without a plus: `0.042`, `2.4 %`; `–` where unknown.

    Args:
        value: the gain.
        is_share: whether it is a share of the loss, told in per cent.
        most: decimals at most; as many as show the side of 0 when None.
    """
    value = None if value is None else rounded(value, KEPT)
    if value is None:
        return "–"
    places = places_of(value, is_share)
    places = places if most is None else min(places, most)
    text = f"{abs(100 * value):.{places}f}\u00a0%" if is_share else f"{abs(value):.{places}f}"
    return f"−{text}" if value < 0 and is_something(text) else text


def score(value: float | None) -> str:
    """A metric: `0.812`, `12.34`, `1,234`; `–` where unknown."""
    kept = None if value is None else rounded(value, KEPT)
    if kept is None or abs(kept) < 10:
        return amount(kept)
    places = max(0, PLACES - math.floor(math.log10(abs(kept))))
    return f"{kept:,.{places}f}".replace("-", "−")


def signed(value: float | None, is_share: bool = False, most: int | None = None) -> str:
    """The same with its sign: `+0.042`, `−2.4 %`, `+0.00004`; nothing has none."""
    text = amount(value, is_share, most)
    is_more = value is not None and value > 0 and is_something(text)
    return f"+{text}" if is_more else text


def places_of(value: float, is_share: bool = False) -> int:
    """Decimals that show on which side of 0 a gain lies."""
    places = PERCENT_PLACES if is_share else PLACES
    if math.isnan(value) or abs(value) < NOTHING:
        return places
    return max(places, _places_of_the_first_digit(100 * value if is_share else value))


def places_of_both(low: float, high: float, is_share: bool = False) -> int:
    """Decimals of an interval: the gain inside needs no more, be it next to nothing."""
    return max(places_of(low, is_share), places_of(high, is_share))


def interval(low: float | None, high: float | None, is_share: bool = False) -> str:
    """`+0.007 to +0.081`."""
    if low is None or high is None:
        return "–"
    return f"{signed(low, is_share)} to {signed(high, is_share)}"


def with_interval(value: float, low: float, high: float, is_share: bool = False) -> str:
    """`+0.031 (+0.010 to +0.052)`."""
    most = places_of_both(low, high, is_share)
    return f"{signed(value, is_share, most)} ({interval(low, high, is_share)})"


def rounded(value: float, places: int) -> float | None:
    """A number to so many decimals, but never to 0 where it is not; None where it is unknown."""
    if not math.isfinite(value):
        return None
    if abs(value) >= NOTHING:
        places = max(places, _places_of_the_first_digit(value))
    return round(value, places)


def is_something(text: str) -> bool:
    """Whether an amount, as it is read, is not 0."""
    return any(digit in "123456789" for digit in text)


def _places_of_the_first_digit(size: float) -> int:
    """Decimals down to the first digit of a number."""
    return math.ceil(-math.log10(abs(size)))
