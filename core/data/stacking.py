"""Tasks that have their own samples become one frame: rows stacked, each labelled for its task."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.data.columns import Holds, as_numbers, what_holds
from core.data.names import listed, quoted
from core.data.patterns import Patterns, match_columns
from core.errors import TableError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Part:
    """The samples of one task: `frame` holds its features and its `target` column; `where` is
    the file it came from, for messages."""

    task: str
    where: str
    frame: "pd.DataFrame"
    target: str

    @property
    def features(self) -> list[str]:
        """Every column but the target."""
        return [str(name) for name in self.frame.columns if name != self.target]


def take_part(
    frame: "pd.DataFrame", task: str, where: str, targets: Patterns, ignored: Sequence[str]
) -> Part:
    """A task's own frame without the ignored columns.

    Raises:
        TableError: not exactly one column of the frame is a target.
    """
    hidden = set(ignored)
    frame = frame[[name for name in frame.columns if name not in hidden]]
    names = [str(name) for name in frame.columns]
    found = match_any(names, targets, f"{where}: --targets")
    if len(found) > 1:
        raise TableError(
            f"{where} has {len(found)} target columns ({listed(found)}); of tasks with their own "
            "samples each file holds one. Name one with --targets, drop the others with --ignore."
        )
    return Part(task, where, frame, found[0])


def match_any(columns: Sequence[str], patterns: Patterns, where: str) -> tuple[str, ...]:
    """The columns that any pattern matches; TableError when none does."""
    every = [patterns] if isinstance(patterns, str) else list(patterns)
    found: set[str] = set()
    first: TableError | None = None
    for pattern in every:
        try:
            found.update(match_columns(columns, pattern, where))
        except TableError as error:
            first = first or error
    if not found and first is not None:
        raise first
    return tuple(name for name in columns if name in found)


def stack_parts(parts: Sequence[Part]) -> "pd.DataFrame":
    """One frame of the rows of all parts: the features they share, then a target column a task,
    empty in the rows of the others.

    Raises:
        TableError: the parts differ in their feature columns or in what a column holds, two tasks
            have one name, or a task is called like a feature.
    """
    import pandas as pd

    features = parts[0].features
    _check_names(parts, set(features))
    sizes = [len(part.frame) for part in parts]
    starts = np.cumsum([0, *sizes])
    columns = {name: _stack_column(name, parts) for name in features}
    for part, start, size in zip(parts, starts, sizes, strict=False):
        labels = part.frame[part.target].set_axis(range(start, start + size))
        columns[part.task] = labels.reindex(range(starts[-1]))
    return pd.DataFrame(columns)


def _check_names(parts: Sequence[Part], features: set[str]) -> None:
    seen: dict[str, str] = {}
    for part in parts:
        if part.task in seen:
            raise TableError(
                f"{seen[part.task]} and {part.where} are both the task {quoted(part.task)}. "
                "Rename or remove one."
            )
        seen[part.task] = part.where
        if part.task in features:
            raise TableError(
                f"{part.where} is called like the feature column {quoted(part.task)}. Rename it."
            )
        _check_columns(parts[0], part)


def _check_columns(first: Part, other: Part) -> None:
    here, there = dict.fromkeys(first.features), dict.fromkeys(other.features)
    lacks = [name for name in here if name not in there]
    adds = [name for name in there if name not in here]
    if not lacks and not adds:
        return
    differences = [f"lacks {listed(lacks)}"] * bool(lacks) + [f"adds {listed(adds)}"] * bool(adds)
    raise TableError(
        f"{other.where} {' and '.join(differences)} compared with {first.where}; every task needs "
        "the same feature columns. Drop the others with --ignore, or add them."
    )


def _stack_column(name: str, parts: Sequence[Part]) -> "pd.Series":
    import pandas as pd

    columns = [part.frame[name] for part in parts]
    types = {column.dtype for column in columns}
    if all(isinstance(kind, np.dtype) and kind.kind in "fiu" for kind in types):
        return pd.Series(np.concatenate([column.to_numpy() for column in columns]))
    holds: dict[Holds, str] = {}
    for part in parts:
        if not part.frame[name].isna().all():
            holds.setdefault(what_holds(part.frame[name]), part.where)
    if len(holds) > 1:
        (one, here), (other, there) = list(holds.items())[:2]
        raise TableError(
            f"Column {quoted(name)} holds {one} in {here} but {other} in {there}. "
            "Make them alike, or drop the column with --ignore."
        )
    what = next(iter(holds), Holds.NUMBERS)
    if len(types) == 1:
        return pd.concat(columns, ignore_index=True)
    if what is Holds.TEXT:
        return pd.concat([column.astype(object) for column in columns], ignore_index=True)
    values = np.concatenate([as_numbers(column) for column in columns])
    if what is Holds.DATES:
        return pd.Series(pd.to_datetime(values, unit="D"))
    return pd.Series(values)
