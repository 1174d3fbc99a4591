"""Rows that are copies of others: what is tested on may have been trained on."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from core.data.coding import CodedTable
from core.data.issues.issue import Issue
from core.data.roles import Roles

if TYPE_CHECKING:
    import pandas as pd

COPY_SHARE = 0.01
"""Of the rows that are copies of earlier ones, from which it is told (ours)."""
DISTINCT_SHARE = 0.5
"""Of the rows without copies: with so many values in one column equal rows are no chance (ours)."""


def copy_issues(frame: "pd.DataFrame", roles: Roles, coded: CodedTable) -> Iterator[Issue]:
    """A warning where many rows are copies, which a column of almost as many values as rows rules
    out as chance; none where a patient id keeps them in one split."""
    import pandas as pd

    if roles.patient_id is not None:
        return
    used = frame.loc[:, [*roles.features, *roles.targets]]
    n_rows, n_other = len(used), len(np.unique(pd.util.hash_pandas_object(used, index=False)))
    n_copies = n_rows - n_other
    if n_copies <= COPY_SHARE * n_rows or not _tells_rows_apart(coded, n_other):
        return
    yield Issue(
        "warning",
        None,
        f"{n_copies:,} of {n_rows:,} rows are copies of earlier ones, so test rows may be known "
        "from training. Take the copies out, or name whose rows they are with --patient-id.",
    )


def _tells_rows_apart(coded: CodedTable, n_other: int) -> bool:
    """Whether any feature has many values."""
    enough = DISTINCT_SHARE * n_other
    return any(len(np.unique(column[~np.isnan(column)])) > enough for column in coded.features.T)
