"""Mean and spread of columns whose rows come part by part, in one pass."""

import numpy as np
from jaxtyping import Float


class Moments:
    """Count, mean and sum of squared deviations of the known values of every column, merged part
    by part (Chan, Golub and LeVeque 1979).

    Everything is kept in units of the largest size so far, so that squares of 1e200 and of 1e-200
    stay finite: value = unit · scaled.
    """

    def __init__(self, n_columns: int) -> None:
        self.count = np.zeros(n_columns)
        self.mean = np.zeros(n_columns)
        self._size = np.zeros(n_columns)
        self._square = np.zeros(n_columns)

    def add(self, values: Float[np.ndarray, "row column"]) -> None:
        """Take in some rows; NaN is a missing value, infinite ones must not be there."""
        known = ~np.isnan(values)
        filled = np.where(known, values, 0.0).astype(np.float64)
        self._use_unit(np.maximum(self._size, np.abs(filled).max(axis=0, initial=0.0)))
        filled /= self.unit
        n = known.sum(axis=0)
        mean = filled.sum(axis=0) / np.maximum(n, 1)
        square = ((filled - mean) ** 2).sum(axis=0, where=known)
        total = np.maximum(self.count + n, 1)
        apart = mean - self.mean
        self._square = self._square + square + apart**2 * (self.count * n / total)
        self.mean = self.mean + apart * (n / total)
        self.count = self.count + n

    @property
    def unit(self) -> Float[np.ndarray, " column"]:
        """What everything is measured in: the largest size, 1 for a column of zeros."""
        return np.where(self._size > 0, self._size, 1.0)

    @property
    def spread(self) -> Float[np.ndarray, " column"]:
        """The standard deviation, in units."""
        return np.sqrt(self._square / np.maximum(self.count, 1))

    def _use_unit(self, size: Float[np.ndarray, " column"]) -> None:
        shrink = self._size / np.where(size > 0, size, 1.0)
        self.mean, self._square = self.mean * shrink, self._square * shrink**2
        self._size = size
