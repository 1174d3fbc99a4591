"""Columns that may say whose row it is, though their names do not: by what a person keeps.

The rows of one patient differ in what was measured and agree in what stays: sex, year of birth, a
genotype. A column of codes in whose rows several other columns stay the same numbers patients, or
something else that should not lie on both sides of a split.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from core.data.coding import CodedTable
from core.data.columns import as_levels
from core.data.issues.issue import PATIENT, Issue, about_each
from core.data.issues.rows import FEWEST_PATIENTS
from core.data.names import listed
from core.data.roles import Roles

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS_EACH = 20
"""Rows of a value, on average, up to which it may be a person (ours)."""
FEWEST_PAIRS = 50
"""Pairs of rows with the same value that must be there to tell (ours)."""
SAME = 0.98
"""Share of such pairs that agree in what stays; the others are slips of the pen (ours)."""
VARIES = 0.9
"""Share of any two rows that agree in a column of which little can be said (ours)."""
FEWEST_KEPT = 2
"""Columns that must stay the same (ours)."""
_LOOK, _PAIRS = 20_000, (300, 20_000)
"""Rows looked at first, and pairs: most columns are no codes, and are done with after a few."""


class _Rows(NamedTuple):
    """Rows in the order of a column of codes; each but the last with the one that follows."""

    order: Int[np.ndarray, " row"]
    is_pair: Bool[np.ndarray, " pair"]
    """Whether both have the same code."""


def person_issues(frame: "pd.DataFrame", roles: Roles, coded: CodedTable) -> Iterator[Issue]:
    """A warning for each column of codes in whose rows two others stay the same.

    A sample of a streamed table holds hardly a person twice, so nothing is found there.
    """
    if roles.patient_id is not None or roles.feature_shape:
        return
    kept = {name: _kept(frame[name], name, coded) for name in roles.features}
    yield from about_each(
        "warning",
        [name for name, others in kept.items() if len(others) >= FEWEST_KEPT],
        lambda name: f"may say whose row it is: where it is the same, so are {listed(kept[name])}",
        "Name it with --patient-id, if it does, so that all rows of a patient are in one split and "
        "count as one patient.",
        lambda name: PATIENT,
    )


def _kept(column: "pd.Series", name: str, coded: CodedTable) -> list[str]:
    """The other columns that stay the same where this one does, if it may number persons."""
    rows = _sorted_rows(column)
    if rows is None:
        return []
    pairs = np.flatnonzero(rows.is_pair)
    others = [other for other in dict.fromkeys(coded.sources) if other != name]
    for most in _PAIRS:
        first = _spread(pairs, most)
        agree = _agreement(coded.features[rows.order[first]], coded.features[rows.order[first + 1]])
        others = [other for other in others if _stays(agree[_places(coded, other)])]
        if len(others) < FEWEST_KEPT:
            return []
    begins = np.flatnonzero(np.append(True, ~rows.is_pair))[:_LOOK]
    firsts = coded.features[rows.order[begins]]
    return [
        other
        for other in others
        if any(_differs(firsts[:, place]) for place in _places(coded, other))
    ]


def _sorted_rows(column: "pd.Series") -> _Rows | None:
    """The rows with a code in its order, where the column may number persons by how often its
    values come again."""
    first = column.iloc[:_LOOK].dropna()
    if not _is_code(first) or first.nunique() * MOST_ROWS_EACH < len(first):
        return None
    codes = _codes(column)
    known = np.flatnonzero(codes >= 0)
    order = known[np.argsort(codes[known], kind="stable")]
    is_pair = codes[order][1:] == codes[order][:-1]
    n_values = len(order) - int(is_pair.sum())
    if n_values < FEWEST_PATIENTS or n_values * MOST_ROWS_EACH < len(order):
        return None
    return _Rows(order, is_pair) if is_pair.sum() >= FEWEST_PAIRS else None


def _codes(column: "pd.Series") -> Int[np.ndarray, " row"]:
    """Numbers of the values in their order; −1 where there is none."""
    import pandas as pd

    if column.dtype.kind == "O":
        return as_levels(column)[0]
    return np.asarray(pd.factorize(column, sort=True)[0])


def _is_code(column: "pd.Series") -> bool:
    """Whether values are texts or whole numbers; with a hole in them these are floats."""
    kind = column.dtype.kind
    return kind in "OUiu" or (kind == "f" and bool((column % 1 == 0).all()))


def _places(coded: CodedTable, name: str) -> list[int]:
    return [place for place, source in enumerate(coded.sources) if source == name]


def _spread(pairs: Int[np.ndarray, " pair"], most: int) -> Int[np.ndarray, " some"]:
    """At most so many of them, from all over."""
    return np.asarray(pairs[np.linspace(0, len(pairs) - 1, min(len(pairs), most)).astype(int)])


def _agreement(
    one: Float[np.ndarray, "pair feature"], other: Float[np.ndarray, "pair feature"]
) -> Float[np.ndarray, " feature"]:
    """The share of pairs of rows that agree; 0 where too few have both values."""
    both = (~np.isnan(one) & ~np.isnan(other)).sum(axis=0)
    share = (one == other).sum(axis=0) / np.maximum(both, 1)
    return np.asarray(np.where(both >= FEWEST_PAIRS, share, 0.0))


def _stays(agree: Float[np.ndarray, " feature"]) -> bool:
    return bool((agree >= SAME).all())


def _differs(firsts: Float[np.ndarray, " value"]) -> bool:
    """Whether a column differs from person to person as if their codes were drawn: bands of a
    number (ages, postcodes) follow its order, and say nothing of persons."""
    known = firsts[~np.isnan(firsts)]
    if len(known) < FEWEST_PATIENTS:
        return False
    share = np.unique(known, return_counts=True)[1] / len(known)
    alike = float(share @ share)
    return alike <= VARIES and float((np.diff(known) != 0).mean()) >= (1 - alike) / 2
