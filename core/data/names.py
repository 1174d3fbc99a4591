"""How column names are written into one-line messages, whatever they contain."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

LONGEST = 60
"""Characters of a name that a message shows."""


def quoted(name: str) -> str:
    """The name in quotes, on one line, shortened in the middle when it is long."""
    if len(name) > LONGEST:
        name = f"{name[: LONGEST // 2]}…{name[-LONGEST // 4 :]}"
    return repr(name)


def listed(names: Sequence[str], limit: int = 5) -> str:
    """The first few names in quotes, and how many more there are."""
    shown = ", ".join(quoted(name) for name in names[:limit])
    more = len(names) - limit
    return f"{shown} and {more} more" if more > 0 else shown


def suggestion(name: str, known: Iterable[str]) -> str:
    """`Did you mean …? ` for the closest known name, else nothing."""
    close = get_close_matches(name, list(known)[:5000], n=1)
    return f"Did you mean {quoted(close[0])}? " if close else ""
