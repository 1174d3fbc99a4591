"""One thing to know about a table, as a sentence."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from core.data.names import listed, quoted

Severity = Literal["error", "warning", "notice"]

IGNORE = "ignore"
"""The mend that drops a column."""
PATIENT = "patient id"
"""The mend that lets a column say which rows are of one patient."""
MOST_SENTENCES = 10
"""Columns with the same issue that get a sentence each; more of them share one."""


@dataclass(frozen=True)
class Issue:
    """One sentence about a column, or about several or the whole table where `column` is None.

    `mends` are what may be done about it: columns with a mend of `core.data.mends`, `IGNORE` or
    `PATIENT`.
    """

    severity: Severity
    column: str | None
    message: str
    mends: tuple[tuple[str, str], ...] = ()


def about_each(
    severity: Severity,
    columns: Sequence[str],
    say: Callable[[str], str],
    end: str,
    mend: Callable[[str], str] = lambda name: IGNORE,
) -> Iterator[Issue]:
    """An issue a column, "Column 'a' " + what `say` says of it, or one for all when they are many.

    `end` is the sentence that says what to do, `mend` what does it for a column.
    """
    if len(columns) <= MOST_SENTENCES:
        for name in columns:
            message = f"Column {quoted(name)} {say(name)}. {end}"
            yield Issue(severity, name, message, ((name, mend(name)),))
    else:
        what = f"{len(columns)} columns: {listed(columns)}: the first {say(columns[0])}"
        mends = tuple((name, mend(name)) for name in columns)
        yield Issue(severity, None, f"{what}. {end}", mends)
