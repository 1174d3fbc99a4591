"""A matrix of affinities between tasks, read from a CSV."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float

from core.errors import TableError
from core.evidence.search.delimited import number, read_lines


def read_affinity(path: Path, task_names: Sequence[str]) -> Float[np.ndarray, "task partner"]:
    """The matrix in a CSV whose first column and header name the tasks, in any order.

    An empty cell is unknown (NaN). A row is the task that is affected, a column its partner.

    Raises:
        TableError: an unreadable file, a task missing or unknown, a cell that is no number.
    """
    header, lines = read_lines(path)
    columns, rows = header[1:], [line.cells[0] for line in lines]
    for found, what in ((columns, "column"), (rows, "row")):
        for name in task_names:
            if list(found).count(name) != 1:
                raise TableError(
                    f"{path.name} has {list(found).count(name)} {what}s for the task {name!r}; "
                    "one is needed."
                )
        for name in found:
            if name not in task_names:
                raise TableError(
                    f"{path.name} has a {what} for {name!r}; the tasks are {', '.join(task_names)}."
                )
    values = np.full((len(task_names), len(task_names)), np.nan)
    for line in lines:
        for name, cell in zip(columns, line.cells[1:], strict=True):
            if cell:
                at = list(task_names).index(line.cells[0]), list(task_names).index(name)
                values[at] = number(cell, f"{path.name} line {line.number}: {name!r}")
    return values
