"""Columns by their names, or by shell globs."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from core.data.names import listed, quoted, suggestion
from core.errors import TableError

Patterns = str | Sequence[str]
"""Column names or shell globs ('y_*'): one, several, or several in one text with commas."""


def match_columns(columns: Sequence[str], patterns: Patterns, where: str) -> tuple[str, ...]:
    """The columns that any pattern matches, in the order of the table.

    Raises:
        TableError: a pattern matches nothing; `where` names the option it came from.
    """
    known = set(columns)
    found: set[str] = set()
    for pattern in _split(patterns, known):
        hits = {pattern} & known or {name for name in columns if fnmatchcase(name, pattern)}
        if not hits:
            raise no_match(pattern, columns, where)
        found |= hits
    return tuple(name for name in columns if name in found)


def no_match(pattern: str, columns: Sequence[str], where: str) -> TableError:
    """What to say of a pattern without a match; `where` names the option it came from."""
    return TableError(
        f"{where} {quoted(pattern)} matches no column. {suggestion(pattern, columns)}"
        f"The table has {listed(columns)}."
    )


def _split(patterns: Patterns, known: set[str]) -> list[str]:
    listed_patterns = [patterns] if isinstance(patterns, str) else list(patterns)
    parts: list[str] = []
    for pattern in listed_patterns:
        whole = pattern in known or "," not in pattern
        parts += [pattern] if whole else [part.strip() for part in pattern.split(",")]
    return [part for part in parts if part]
