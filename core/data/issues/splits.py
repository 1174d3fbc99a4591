"""Columns that name a split somebody made before: how rows were dealt is nothing to learn."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from core.data.columns import as_levels
from core.data.earlier_split import find_splits, may_number_split
from core.data.issues.issue import Issue, about_each
from core.data.names import listed, quoted
from core.data.roles import Roles

if TYPE_CHECKING:
    import pandas as pd

_END = "Drop it with --ignore if no model should know how rows were dealt."


def split_issues(frame: "pd.DataFrame", roles: Roles) -> Iterator[Issue]:
    """A notice for each that is ignored, a warning for each that is learned from."""
    there = {str(name) for name in frame.columns}
    splits = find_splits(frame, there & {*roles.features, *roles.ignore})
    parts = {name: listed(as_levels(frame[name])[1]) for name in splits}
    for name in (name for name in roles.ignore if name in splits):
        yield Issue(
            "notice",
            name,
            f"Column {quoted(name)} names a split that was made before ({parts[name]}), so it is "
            "ignored: rows are split anew here. Learn from it with --feature if that is meant.",
        )
    yield from about_each(
        "warning",
        [name for name in roles.features if name in splits],
        lambda name: f"names a split that was made before ({parts[name]}), and is learned from",
        _END,
    )
    yield from about_each(
        "warning",
        [n for n in roles.features if n not in splits and may_number_split(n, frame[n])],
        lambda name: f"may number a split, by its name and its {frame[name].nunique()} values",
        _END,
    )
