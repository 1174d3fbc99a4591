"""Small counts of a table of people, made impossible to read or to work out.

A cell of 1 to 10 is shown as "≤ 10". Where totals are shown too, others must be hidden with it, or
it follows by subtraction; this finds which. (Primary and secondary cell suppression; the choice of
the cells to hide is ours.)
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Int

from core.frozen import Frozen

LARGEST_SMALL = 10
"""Counts from 1 to this are never shown."""


class State(IntEnum):
    """What a reader is told of a cell."""

    SHOWN = 0
    SMALL = 1
    """It is one of 1 … 10."""
    HIDDEN = 2


@dataclass(frozen=True, eq=False)
class Margins(Frozen):
    """A table with its totals in the last row and column, and what may be told of each cell."""

    values: Int[np.ndarray, "row column"]
    states: Int[np.ndarray, "row column"]

    def told(self, row: int, column: int) -> int | str | None:
        """The count, "≤ 10", or None where nothing may be said."""
        state = self.states[row, column]
        if state == State.SHOWN:
            return int(self.values[row, column])
        return f"≤ {LARGEST_SMALL}" if state == State.SMALL else None


def suppress(cells: Int[np.ndarray, "row column"], keeps_last_row: bool = False) -> Margins:
    """Add totals, and hide what must not be known.

    Whoever reads the result and knows that hidden cells are none of 1 … 10 can still not exclude
    any of 1 … 10 for a cell that is shown as "≤ 10". Where hiding single cells cannot do that, all
    but totals are hidden, whatever they are.

    Args:
        cells: without totals.
        keeps_last_row: whether the totals of the columns may not be hidden to protect a cell, as
            readers know them from elsewhere.
    """
    values = _with_totals(np.asarray(cells, dtype=np.int64))
    states = _hide_some(values, keeps_last_row)
    return Margins(values, _hide_all(values) if states is None else states)


def tell(count: int) -> int | str:
    """A count that stands for itself: nothing else adds up with it."""
    return f"≤ {LARGEST_SMALL}" if 1 <= count <= LARGEST_SMALL else count


def is_small(values: Int[np.ndarray, "*cell"]) -> Bool[np.ndarray, "*cell"]:
    """Which counts are 1 … 10."""
    small: np.ndarray = (values >= 1) & (values <= LARGEST_SMALL)
    return small


class _Cycle(NamedTuple):
    """Three cells that a small one can give to and take from without changing any total."""

    cells: tuple[tuple[int, int], ...]
    signs: tuple[int, ...]
    """Which way each moves when the small one grows."""


def _with_totals(cells: Int[np.ndarray, "row column"]) -> Int[np.ndarray, "row column"]:
    wide = np.concatenate([cells, cells.sum(axis=1, keepdims=True)], axis=1)
    return np.concatenate([wide, wide.sum(axis=0, keepdims=True)])


def _hide_some(
    values: Int[np.ndarray, "row column"], keeps_last_row: bool
) -> Int[np.ndarray, "row column"] | None:
    """States with as little hidden as need be; None where single cells cannot protect."""
    states, last_row = np.where(is_small(values), State.SMALL, State.SHOWN), len(values) - 1
    for row, column in np.argwhere(states == State.SMALL):
        found = [
            cycle
            for cycle in _cycles(values.shape, int(row), int(column))
            if _has_room(values, int(values[row, column]), cycle)
            and not (keeps_last_row and any(cell[0] == last_row for cell in cycle.cells))
        ]
        if not found:
            return None
        for cell in min(found, key=lambda cycle: _price(values, states, cycle)).cells:
            states[cell] = State.HIDDEN
    return states


def _cycles(shape: tuple[int, ...], row: int, column: int) -> Iterator[_Cycle]:
    sign_row = [1] * (shape[0] - 1) + [-1]
    sign_column = [1] * (shape[1] - 1) + [-1]
    for other_row in (number for number in range(shape[0]) if number != row):
        for other in (number for number in range(shape[1]) if number != column):
            across = -sign_column[column] * sign_column[other]
            down = -sign_row[row] * sign_row[other_row]
            cells = ((row, other), (other_row, column), (other_row, other))
            if (shape[0] - 1, shape[1] - 1) in cells:
                continue  # the size of the whole is always told
            yield _Cycle(cells, (across, down, across * down))


def _has_room(values: Int[np.ndarray, "row column"], small: int, cycle: _Cycle) -> bool:
    """Whether the small cell can become any of 1 … 10 while the others stay above 10."""
    up, down = LARGEST_SMALL - small, small - 1
    losses = (up if sign < 0 else down for sign in cycle.signs)
    return all(
        values[cell] - loss > LARGEST_SMALL for cell, loss in zip(cycle.cells, losses, strict=True)
    )


def _price(
    values: Int[np.ndarray, "row column"], states: Int[np.ndarray, "row column"], cycle: _Cycle
) -> tuple[int, int]:
    """Totals hidden, then cells hidden: fewer is better."""
    last = (values.shape[0] - 1, values.shape[1] - 1)
    new = [cell for cell in cycle.cells if states[cell] == State.SHOWN]
    totals = [cell for cell in new if cell[0] == last[0] or cell[1] == last[1]]
    return len(totals), len(new)


def _hide_all(values: Int[np.ndarray, "row column"]) -> Int[np.ndarray, "row column"]:
    """Only totals are left: those of the columns, and of the rows as far as they can be told."""
    states = np.full(values.shape, State.HIDDEN)
    states[-1, -1] = State.SMALL if is_small(values[-1, -1:])[0] else State.SHOWN
    if states[-1, -1] == State.SMALL:
        return states
    if not is_small(values[-1, :-1]).any():
        states[-1, :-1] = State.SHOWN
    rows = values[:-1, -1]
    if not is_small(rows).any():
        states[:-1, -1] = State.SHOWN
    elif is_small(rows).sum() == 1 and rows.max() > 2 * LARGEST_SMALL:
        states[:-1, -1][is_small(rows)] = State.SMALL  # the largest takes up what it leaves
    return states
