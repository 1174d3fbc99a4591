"""Features called like the targets: an outcome that nobody named may give the answers away."""

from collections.abc import Iterator
from itertools import takewhile

import numpy as np

from core.data.coding import CodedTable
from core.data.issues.issue import Issue, about_each
from core.data.names import quoted
from core.data.roles import Roles

SIGNS = "_.-: "
"""What the first part of a name ends with."""


def outcome_issues(roles: Roles, coded: CodedTable) -> Iterator[Issue]:
    """A notice for each feature whose name begins with the part that all targets begin with."""
    first = _first_part(roles.targets)
    varies = np.fmin.reduce(coded.features, axis=0) < np.fmax.reduce(coded.features, axis=0)
    used = {coded.sources[place] for place in np.flatnonzero(varies)}
    yield from about_each(
        "notice",
        [name for name in roles.features if first and name in used and name.startswith(first)],
        lambda name: f"begins with {quoted(first)} as the targets do, and is learned from",
        "Drop it with --ignore, or name it with --targets, if it is an outcome too.",
    )


def _first_part(names: tuple[str, ...]) -> str:
    """What all names begin with, up to and with its last sign; '' where there is none."""
    if len(names) < 2:
        return ""
    both = takewhile(lambda pair: pair[0] == pair[1], zip(min(names), max(names), strict=False))
    shared = "".join(letter for letter, _ in both)
    end = max(shared.rfind(sign) for sign in SIGNS) + 1
    return shared[:end] if end > 1 else ""
