"""How often every label occurs among rows that go by: what random heads start at."""

from collections.abc import Sequence

import numpy as np

from core.landscape.rows.labels import CountedLabels, Labels
from core.values import Kind, Task


class LabelCounts:
    """Counts of the values of `Labels`, which are whole numbers but for a regression; a regression
    needs none, as it is standardised."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._largest = max(2, *(task.n_outputs for task in tasks))
        self._columns = [k for k, task in enumerate(tasks) if task.kind is not Kind.REGRESSION]
        self._count = np.zeros((2 * self._largest + 1, len(tasks)))

    def add(self, labels: Labels) -> None:
        """Take in some rows."""
        for column in self._columns:
            value = labels.value[labels.known[:, column], column].astype(int)
            self._count[:, column] += np.bincount(value + self._largest, minlength=len(self._count))

    def labels(self) -> CountedLabels:
        """Every value once, and how many rows have it."""
        value = np.arange(-self._largest, self._largest + 1.0)
        count = self._count
        return CountedLabels(np.repeat(value[:, None], count.shape[1], 1), count > 0, count)
