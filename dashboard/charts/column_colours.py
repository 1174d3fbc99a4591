"""Points coloured by a column of their table: a site, a ward, an age."""

import numpy as np
from jaxtyping import Int

from core.data.levels import LEVEL, join_levels
from core.values import TaskTable
from dashboard.charts.legend import MOST_ENTRIES, name_legend, scale_legend
from dashboard.charts.point_colours import PointColours
from dashboard.charts.text import clean


def list_columns(table: TaskTable) -> dict[str, tuple[int, ...]]:
    """The columns that the features were made from, each with the numbers of its features: the
    levels of a text column (`ward=surgery`, `ward=medicine`) are one column again."""
    source, names = join_levels(table)
    return {name: tuple(np.flatnonzero(source == k).tolist()) for k, name in enumerate(names)}


def colour_column(table: TaskTable, column: str, sample: Int[np.ndarray, " shown"]) -> PointColours:
    """Colours of points by a column of the table.

    Args:
        table: whose rows the points number.
        column: one of `list_columns`.
        sample: the row of each point.
    """
    numbers = list_columns(table)[column]
    names = [table.feature_names[number] for number in numbers]
    if names == [column]:
        return PointColours(*scale_legend(clean(column), table.features[sample, numbers[0]]))
    levels = [name.partition(LEVEL)[2] for name in names][: MOST_ENTRIES - 1]
    values = table.features[sample[:, None], list(numbers[: len(levels)])]
    has_one = np.nan_to_num(values).max(axis=1) > 0
    index = np.where(has_one, np.nan_to_num(values).argmax(axis=1), len(levels))
    legend = name_legend(clean(column), [*levels, "none of these"])
    return PointColours(index.astype(np.uint8), legend)
