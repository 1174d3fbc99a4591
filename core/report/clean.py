"""Names of the data as one short line that no reader, terminal or file format can trip over."""

import unicodedata
from collections.abc import Mapping
from typing import Any

LONGEST = 60
"""Characters of a name that a report shows; a longer one loses its middle."""
_TAIL = 15
APART = "\u2068\u2069"
"""Around a name that is read from the right, so that the sentence about it stays in order."""
_JOINERS = "\u200c\u200d"
"""Invisible, but letters and emoji are put together by them."""


def clean(text: str) -> str:
    """The text in one line, without control characters and marks that turn the reading direction,
    cut in the middle where it is long."""
    line = clean_line(text)
    if len(line) > LONGEST:
        line = f"{line[: LONGEST - _TAIL - 1].rstrip()}…{line[-_TAIL:].lstrip()}"
    is_turned = any(unicodedata.bidirectional(one) in ("R", "AL") for one in line)
    return f"{APART[0]}{line}{APART[1]}" if is_turned else line


def clean_line(text: str) -> str:
    """The same, however long."""
    return " ".join("".join(one if _is_kept(one) else " " for one in text).split())


def clean_names(value: Any, names: Mapping[str, str]) -> Any:
    """A document with these texts replaced, wherever one of them stands alone."""
    if isinstance(value, Mapping):
        return {key: clean_names(item, names) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean_names(item, names) for item in value]
    return names.get(value, value) if isinstance(value, str) else value


def _is_kept(one: str) -> bool:
    return one in _JOINERS or unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co", "Cn")
