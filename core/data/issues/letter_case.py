"""Texts that differ only by capitals: yes and Yes are seldom two things."""

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from core.data.coding import CodedTable
from core.data.columns import Holds, as_levels, what_holds
from core.data.features import MOST_LEVELS, plain_numbers
from core.data.issues.issue import Issue, about_each
from core.data.mend_words import say_mend
from core.data.names import listed

if TYPE_CHECKING:
    import pandas as pd

HOW = "lower_case"


def case_issues(frame: "pd.DataFrame", coded: CodedTable) -> Iterator[Issue]:
    """A warning for each text column in use, feature or target, that writes a text both ways."""
    plain = plain_numbers(frame)
    names = dict.fromkeys([*coded.sources, *(task.name for task in coded.tasks)])
    texts = [n for n in names if n not in plain and what_holds(frame[n]) is Holds.TEXT]
    found = {name: both for name in texts if (both := _both_ways(frame[name]))}
    yield from about_each(
        "warning",
        list(found),
        lambda name: (
            f"has texts that differ only by capitals ({listed(found[name])}), and each counts by "
            f"itself: {say_mend(name, HOW)} reads them alike"
        ),
        "Leave it where they differ.",
        lambda name: HOW,
    )


def _both_ways(column: "pd.Series") -> list[str]:
    """The texts of a column that are one in small letters."""
    _, levels = as_levels(column)
    if len(levels) > MOST_LEVELS:
        return []
    alike = defaultdict(list)
    for level in levels:
        alike[level.lower()].append(level)
    return [level for same in alike.values() if len(same) > 1 for level in same]
