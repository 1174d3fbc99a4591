"""Where the rows come from: a site, a ward, a year; looked at and never learned from.

roles = assign_roles(frame, "y_*", origins="site")
table = build_table(frame, roles)      # knows nothing of `site`
show_origins(table, frame, roles)      # `site=north`, `site=south`, … and then the features
"""

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from core.data.columns import Holds, as_numbers, what_holds
from core.data.levels import LEVEL
from core.data.roles import Roles
from core.values import TaskTable

if TYPE_CHECKING:
    import pandas as pd

MOST_LEVELS = 50
"""The most frequent values of a column that are told apart (ours)."""


def show_origins(table: TaskTable, frame: "pd.DataFrame", roles: Roles) -> TaskTable:
    """The table to look at: its features, and before them a column of zeros and ones for every
    value of a column of origins, numbers taken as names. No model may be given it.

    Args:
        table: of `frame`, with the same rows.
        frame: that has the columns of origins.
        roles: of its columns.
    """
    names: list[str] = []
    columns: list[Float[np.ndarray, " sample"]] = []
    for origin in roles.origins:
        values = _texts(frame[origin])
        texts = np.array(values)
        for level in _levels(values):
            names.append(f"{origin}{LEVEL}{level}")
            flags = np.where(texts == "", np.nan, texts == level)
            columns.append(flags.astype(table.features.dtype))
    if not columns:
        return table
    return replace(
        table,
        feature_names=(*names, *table.feature_names),
        features=np.column_stack([*columns, table.features]),
        feature_shape=(),
    )


def _texts(column: "pd.Series") -> list[str]:
    """Every value as a name, empty where it is missing; 3.0 is the site 3."""
    known = column.notna().tolist()
    if what_holds(column) is Holds.NUMBERS:
        pairs = zip(as_numbers(column).tolist(), known, strict=True)
        return [f"{value:.15g}" if there else "" for value, there in pairs]
    return [str(value).strip() if there else "" for value, there in zip(column, known, strict=True)]


def _levels(values: list[str]) -> list[str]:
    """The values there are, in the order of the alphabet; of many the most frequent."""
    found = Counter(value for value in values if value)
    return sorted(value for value, _ in found.most_common(MOST_LEVELS))
