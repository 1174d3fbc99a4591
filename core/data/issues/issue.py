"""One thing to know about a table, as a sentence."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from core.data.names import listed, quoted

Severity = Literal["error", "warning", "notice"]

MOST_SENTENCES = 10
"""Columns with the same issue that get a sentence each; more of them share one."""


@dataclass(frozen=True)
class Issue:
    """One sentence about a column, or about several or the whole table where `column` is None."""

    severity: Severity
    column: str | None
    message: str


def about_each(
    severity: Severity, columns: Sequence[str], say: Callable[[str], str], end: str
) -> Iterator[Issue]:
    """An issue a column, "Column 'a' " + what `say` says of it, or one for all when they are many.

    `end` is the sentence that says what to do.
    """
    if len(columns) <= MOST_SENTENCES:
        for name in columns:
            yield Issue(severity, name, f"Column {quoted(name)} {say(name)}. {end}")
    else:
        what = f"{len(columns)} columns: {listed(columns)}: the first {say(columns[0])}"
        yield Issue(severity, None, f"{what}. {end}")
