"""The selected samples as values: which points, how they differ, which tasks they pull together."""

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from core.gain_words import signed
from core.report.letters import letter
from core.selection.profile import FEW, SMALL, Profile, profile_rows, profile_samples
from core.selection.pull import Pull
from core.values import Grouping, Points, Projection, TaskTable
from dashboard.charts.profile_bars import say_both
from dashboard.charts.text import clean, number
from dashboard.selection import Range, SampleSelection

MOST_PAIRS = 200
SIGNED_BY_MAGNITUDE = "abs_cosine"
"""The measure whose affinity does not mind signs; every other one compares signed cosines."""


def chosen_points(
    points: Points, flat: Projection | None, selection: SampleSelection, table: TaskTable | None
) -> Bool[np.ndarray, " point"] | None:
    """One flag a point of the landscape: those inside the outlines on the map `flat`, or those of
    the rows in the range; None where there is no such map or column."""
    if selection.range is not None:
        values = None if table is None else column_values(table, selection.range)
        return None if values is None else selection.range.covers(values)[points.sample]
    if flat is None:
        return None
    chosen = np.zeros(len(points.sample), dtype=bool)
    chosen[flat.index] = selection.covers(flat.xy)
    return chosen


def profile_chosen(
    table: TaskTable,
    points: Points,
    chosen: Bool[np.ndarray, " point"],
    selection: SampleSelection,
) -> Profile:
    """How the selected rows differ; of a range they are known without their points, of which a
    large table has drawn only some."""
    values = None if selection.range is None else column_values(table, selection.range)
    if selection.range is None or values is None:
        return profile_samples(table, points, chosen)
    return profile_rows(table, selection.range.covers(values), int(chosen.sum()))


def column_values(table: TaskTable, wanted: Range) -> Float[np.ndarray, " sample"] | None:
    """The numbers that a range is about; None where the table has no such column."""
    names = table.task_names if wanted.is_label else table.feature_names
    if wanted.column not in names:
        return None
    values = table.labels if wanted.is_label else table.features
    return np.asarray(values[:, names.index(wanted.column)], dtype=float)


def say_selected(profile: Profile, selection: SampleSelection) -> str:
    """How many rows are selected, and why nothing more can be said of few patients."""
    total, others = profile.n_inside + profile.n_outside, profile.patients[1]
    inside = _say_rows(profile.n_inside, profile.patients[0])
    if 0 < others <= SMALL:
        inside = f"All but {_say_rows(profile.n_outside, others)}"
    have = "such a value" if selection.range else "more than their share of points inside"
    head = f"{inside} of {total:,} training rows have {have}."
    if profile.is_small:
        return f"{head} A group of {SMALL} patients or fewer is not described; select others."
    return head


def _say_rows(n_rows: int, n_patients: int) -> str:
    """A number of rows, that of few patients hidden, with that of the patients where it differs."""
    if 0 < n_patients <= SMALL:
        return FEW if n_rows == n_patients else f"the rows of {FEW} patients"
    return f"{n_rows:,}" if n_rows == n_patients else f"{n_rows:,} (from {n_patients:,} patients)"


def difference_rows(profile: Profile) -> pd.DataFrame:
    """One row a column of the table, the largest difference first."""
    return pd.DataFrame(
        [
            {
                "column": clean(one.column),
                "is": "label" if one.is_label else "column",
                "selected against others": one.note or say_both(one),
                "difference in SD": round(one.effect, 2),
            }
            for one in profile.differences
        ]
    )


def pulled_pairs(pull: Pull) -> list[tuple[int, int]]:
    """The pairs of tasks, the largest difference first; pairs with few patients are left out."""
    gap = pull.difference
    first, second = np.triu_indices(len(gap), 1)
    known = np.isfinite(gap[first, second])
    pairs = [(int(one), int(two)) for one, two in zip(first[known], second[known], strict=True)]
    return sorted(pairs, key=lambda pair: -abs(gap[pair]))[:MOST_PAIRS]


def pull_rows(pull: Pull, names: tuple[str, ...]) -> pd.DataFrame:
    """One row a pair of tasks, in the order of `pulled_pairs`."""
    return pd.DataFrame(
        [
            {
                "task": clean(names[one]),
                "other task": clean(names[other]),
                "pulled": _verb(pull, (one, other)),
                "selected": round(float(pull.inside[one, other]), 3),
                "others": round(float(pull.outside[one, other]), 3),
                "difference (95 % interval)": _interval(pull, (one, other)),
            }
            for one, other in pulled_pairs(pull)
        ]
    )


def group_pull_rows(pull: Pull, grouping: Grouping, labels: np.ndarray) -> pd.DataFrame:
    """One row a group of two tasks or more: how alike its tasks are among the selected rows and
    among the others, on average over its pairs."""
    rows = []
    for group in np.unique(labels):
        members = np.flatnonzero(labels == group)
        pairs = np.ix_(members, members)
        known = np.isfinite(pull.difference[pairs]) & ~np.eye(len(members), dtype=bool)
        if known.any():
            inside, outside = (float(side[pairs][known].mean()) for side in _sides(pull))
            rows.append(
                {
                    "group": letter(int(group)),
                    "selected": round(inside, 3),
                    "others": round(outside, 3),
                    "difference": round(inside - outside, 3),
                }
            )
    return pd.DataFrame(rows)


def say_pair(pull: Pull, source: int, target: int) -> str:
    """How alike two tasks are among the selected rows, as a sentence."""
    if not np.isfinite(pull.difference[source, target]):
        return f"{SMALL} patients or fewer have a row with a point for both: nothing is told of it."
    return (
        f"{_name(pull)} {number(float(pull.inside[source, target]), 2)} among the selected rows, "
        f"{number(float(pull.outside[source, target]), 2)} among the others: the selection pulls "
        f"the two {_verb(pull, (source, target))}."
    )


def explain(pull: Pull) -> str:
    """What the comparison is made of."""
    return (
        f"{_name(pull)} of two tasks' displacements, row by row, from the sketches drawn on the "
        "map; averaged over rows with a point for both. It screens for where to look: sketches "
        "keep angles on average only, and no correction is made for the many pairs."
    )


def _name(pull: Pull) -> str:
    return "Mean cosine" if pull.signed else "Mean |cosine|"


def _sides(pull: Pull) -> tuple[np.ndarray, np.ndarray]:
    return pull.inside, pull.outside


def _verb(pull: Pull, pair: tuple[int, int]) -> str:
    if pull.low[pair] > 0:
        return "together"
    return "apart" if pull.high[pair] < 0 else "no clear way"


def _interval(pull: Pull, pair: tuple[int, int]) -> str:
    low, high = number(float(pull.low[pair]), 2), number(float(pull.high[pair]), 2)
    return f"{signed(float(pull.difference[pair]))} ({low} to {high})"
