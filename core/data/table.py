"""A frame and its roles become the TaskTable that every later stage takes."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from core.data.coding import CodedTable, code_table
from core.data.issues import Issue, judge
from core.data.roles import Roles
from core.data.split import split_rows
from core.errors import TableError
from core.values import TaskTable

if TYPE_CHECKING:
    import pandas as pd


def build_table(frame: "pd.DataFrame", roles: Roles, seed: int = 0) -> TaskTable:
    """The table of a frame: text as 0/1 columns, dates as days, labels as codes, rows split.

    Features that cannot be used are left out; `find_issues` says which and why.

    Raises:
        TableError: the first issue that is an error, and how many more there are.
    """
    coded = code_table(frame, roles)
    stop_at_errors(judge(frame, roles, coded))
    return _table(coded, roles.feature_shape, seed)


def stop_at_errors(issues: tuple[Issue, ...]) -> None:
    """Raise TableError with the first issue that is an error, and how many more there are."""
    errors = [issue.message for issue in issues if issue.severity == "error"]
    if errors:
        more = len(errors) - 1
        raise TableError(
            errors[0] + (f" ({more} more such problem{'s'[: more > 1]}.)" if more else "")
        )


def _table(coded: CodedTable, shape: tuple[int, ...], seed: int) -> TaskTable:
    return TaskTable(
        feature_names=coded.feature_names,
        features=_rounded(coded.features),
        tasks=coded.tasks,
        labels=_rounded(coded.labels).astype(np.float64),
        split=split_rows(coded.patient, coded.labels, coded.tasks, seed),
        patient=coded.patient,
        feature_shape=shape,
    )


def _rounded(values: Float[np.ndarray, "sample column"]) -> Float[np.ndarray, "sample column"]:
    """The values in single precision where no column loses anything that matters by it.

    So a table is the same whether it was stored as single-precision Parquet or as text.
    """
    return values.astype(np.float32) if fits_single(values) else values


def fits_single(values: Float[np.ndarray, "sample column"]) -> bool:
    """Whether single precision keeps what matters of every column."""
    low, high = np.fmin.reduce(values, axis=0), np.fmax.reduce(values, axis=0)
    size = np.maximum(np.abs(low), np.abs(high))
    fits = (size < 1e37) & ((high <= low) | (size * 5e-5 < high / 2 - low / 2))
    fits &= (size > 1e-30) | (size == 0)
    return bool(fits.all())
