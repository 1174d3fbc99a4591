"""How large a table is, as far as the time and memory of a run depend on it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.data import Roles
from core.data.features import MOST_LEVELS, SHOWN_LEVELS, plain_numbers
from core.hazard import N_INTERVALS
from core.values import Kind, TaskTable

if TYPE_CHECKING:
    import pandas as pd

TRAIN = 0.6
"""Share of the rows that the landscape sees."""
LOOKED_AT = 10_000
"""Rows that levels and labels are counted in."""


@dataclass(frozen=True)
class Size:
    """Rows of a table, inputs of the model after texts were coded, and tasks."""

    n_rows: int
    n_inputs: int
    n_tasks: int
    n_held: int | None = None
    """Rows that are in memory together, where the table is read in batches; None: all."""
    n_classes: int = 1
    """Outputs that every head has room for: those of the task with the most."""
    has_own_samples: bool = False
    """Whether no row is labelled for two tasks."""
    shape: tuple[int, ...] = ()
    """Of a sample that is an image or series; empty for a row of a table."""

    @property
    def n_train(self) -> float:
        """Rows that the landscape sees."""
        return TRAIN * self.n_rows

    @property
    def n_at_hand(self) -> float:
        """Those of them that are in memory together."""
        return self.n_train if self.n_held is None else min(TRAIN * self.n_held, self.n_train)

    @property
    def n_outputs(self) -> int:
        """Numbers that the heads of all tasks give for a row."""
        return self.n_tasks * self.n_classes


def size_of(frame: "pd.DataFrame", roles: Roles) -> Size:
    """The size of a table that is not coded yet; its texts are counted in its first rows."""
    first, numbers = frame.iloc[:LOOKED_AT], plain_numbers(frame)
    texts = [name for name in roles.features if name not in numbers]
    levels = [int(first[name].nunique()) for name in texts]
    inputs = [1 if n <= 2 else min(n, SHOWN_LEVELS + 1) for n in levels if n <= MOST_LEVELS]
    classes = [int(first[name].nunique()) for name, kind in roles.kinds if kind is Kind.MULTICLASS]
    classes += [N_INTERVALS for _, kind in roles.kinds if kind is Kind.TIME_TO_EVENT]
    return Size(
        n_rows=len(frame),
        n_inputs=len(roles.features) - len(texts) + sum(inputs),
        n_tasks=len(roles.targets),
        n_classes=max(classes, default=1),
        has_own_samples=int(first[list(roles.targets)].notna().sum(axis=1).max()) <= 1,
        shape=roles.feature_shape,
    )


def size_of_table(table: TaskTable, n_rows: int) -> Size:
    """The size of a coded table, or of one with `n_rows` on disk whose sample it is."""
    return Size(
        n_rows=n_rows,
        n_inputs=len(table.feature_names),
        n_tasks=len(table.tasks),
        n_held=len(table.labels),
        n_classes=max(task.n_outputs for task in table.tasks),
        has_own_samples=table.has_own_samples,
        shape=table.feature_shape,
    )
