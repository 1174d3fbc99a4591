"""Is the table large enough, and is there anything to learn from and to group?"""

from collections.abc import Iterator
from math import prod

import numpy as np

from core.data.coding import CodedTable
from core.data.issues.issue import Issue
from core.data.names import listed, quoted
from core.data.roles import Roles

FEWEST_ROWS = 30
FEWEST_PATIENTS = 10


def row_issues(roles: Roles, coded: CodedTable) -> Iterator[Issue]:
    """Too few rows, patients, targets or features; features that are no whole image."""
    n_rows = len(coded.labels)
    if n_rows < FEWEST_ROWS:
        yield Issue(
            "error",
            None,
            f"The table has {n_rows} row{'s'[: n_rows != 1]}; at least {FEWEST_ROWS} are needed. "
            "Add rows.",
        )
    if len(coded.tasks) < 2:
        yield Issue(
            "error",
            None,
            f"There is one target ({quoted(coded.tasks[0].name)}); a grouping needs at least two. "
            "Widen --targets.",
        )
    low, high = np.fmin.reduce(coded.features, axis=0), np.fmax.reduce(coded.features, axis=0)
    if not roles.features:
        yield Issue("error", None, "There is no feature column. Narrow --targets or --ignore.")
    elif not (low < high).any():
        yield Issue(
            "error",
            None,
            f"None of the {len(roles.features)} feature columns can be used: each is empty, free "
            "text, or the same in every row. Add features, or narrow --ignore.",
        )
    n_features, shape = len(coded.feature_names), roles.feature_shape
    if shape and n_features != prod(shape):
        odd = [name for name, _ in coded.left_out] or list(coded.feature_names[prod(shape) :])
        yield Issue(
            "error",
            None,
            f"The samples of x have the shape {shape} = {prod(shape)} features, but the table has "
            f"{n_features}{f' (see {listed(odd)})' if odd else ''}. Drop other arrays with "
            "--ignore, and none of x.",
        )
    if roles.patient_id is not None:
        n_patients = len(np.unique(coded.patient))
        if n_patients < FEWEST_PATIENTS:
            yield Issue(
                "error",
                roles.patient_id,
                f"Column {quoted(roles.patient_id)} names {n_patients} patients; at least "
                f"{FEWEST_PATIENTS} are needed to split them. Check --patient-id.",
            )
