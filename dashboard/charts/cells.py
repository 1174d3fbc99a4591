"""A task × task matrix as rows of a table: what a heatmap draws, and what a click on it means."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from core.values import Gap
from dashboard.charts.text import clean
from dashboard.theme import CIVIDIS


@dataclass(frozen=True)
class Cells:
    """A square matrix ready to draw; NaN is a missing cell, `gaps` say why, else `missing` does.

    `tooltip` names the columns `{@row}`, `{@column}`, `{@shown}` and those of `extra`; it is ours,
    never made of a table's names. `span` is the range of the colours; what lies outside takes the
    colour at its end. `colours` go from low to high.
    """

    names: tuple[str, ...]
    values: Float[np.ndarray, "source target"]
    title: str
    unit: str
    tooltip: str
    missing: str
    extra: dict[str, Float[np.ndarray, "source target"]]
    span: tuple[float, float]
    colours: tuple[str, ...] = CIVIDIS
    axes: tuple[str, str] = ("", "")
    """What rows and columns are, where they are not the same."""
    gaps: tuple[Gap, ...] = ()


def cell_at(
    data_index: int, order: Sequence[int] | Int[np.ndarray, " task"]
) -> tuple[int, int] | None:
    """The (source, target) task numbers of a clicked cell; None when it is outside the matrix."""
    row, column = divmod(data_index, len(order))
    if not 0 <= row < len(order):
        return None
    return int(order[row]), int(order[column])


def cell_rows(cells: Cells, drawn: Int[np.ndarray, " task"]) -> pd.DataFrame:
    """One row a cell, row after row: the cell clicked is `cell_at` of its number."""
    grid = np.ix_(drawn, drawn)
    row, column = (axis.ravel() for axis in np.indices((len(drawn), len(drawn))))
    names = [clean(cells.names[task]) for task in drawn]
    values = cells.values[grid].ravel()
    frame = {
        "cell": np.arange(len(row)),
        "x": column,
        "y": row,
        "value": values,
        "shown": _rounded(values),
    }
    for key, extra in cells.extra.items():
        frame[key] = _rounded(extra[grid].ravel())
    categories = pd.Index(_distinct(names))
    text = {
        "row": pd.Categorical.from_codes(row, categories),
        "column": pd.Categorical.from_codes(column, categories),
    }
    return pd.DataFrame(frame | text)


def missing_rows(cells: Cells, drawn: Int[np.ndarray, " task"]) -> pd.DataFrame:
    """The missing cells alone, each with its reason."""
    rows = cell_rows(cells, drawn)
    grid = np.ix_(drawn, drawn)
    why = np.full(rows.shape[0], cells.missing, dtype=object)
    for gap in cells.gaps:
        why[gap.where[grid].ravel()] = clean(gap.reason)
    kept = rows.assign(why=why)[rows["value"].isna()]
    return kept[["cell", "x", "y", "row", "column", "why"]].assign(value=0.0)


def _distinct(names: list[str]) -> list[str]:
    """Names that differed only by what `clean` took away get a number."""
    seen: dict[str, int] = {}
    for place, name in enumerate(names):
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            names[place] = f"{name} ({seen[name]})"
    return names


def _rounded(values: Float[np.ndarray, " cell"], digits: int = 3) -> Float[np.ndarray, " cell"]:
    """To `digits` significant digits; ninety thousand at once."""
    size = np.abs(np.where(np.isfinite(values) & (values != 0), values, 1.0))
    factor = 10.0 ** (digits - 1 - np.floor(np.log10(size)))
    return np.asarray(np.round(values * factor) / factor)
