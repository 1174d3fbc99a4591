"""A selection as the solvers see it: candidate networks, units to serve, a budget."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float, Int

from core.evidence.search.measured import Group, membership
from core.evidence.search.rules import Rules

Rows = tuple[int, ...]
"""Numbers of the chosen candidates, ascending."""


@dataclass(frozen=True)
class Problem:
    """Serve every unit by one of the chosen candidates, at most `budget` of cost in total.

    `value[candidate, unit]` is what the unit gains there, -inf where the candidate does not serve
    it. Without `overlap` the chosen candidates share no unit. `row` numbers the candidates as the
    caller knows them.
    """

    member: Bool[np.ndarray, "candidate unit"]
    value: Float[np.ndarray, "candidate unit"]
    cost: Float[np.ndarray, " candidate"]
    budget: float | None
    overlap: bool
    row: Int[np.ndarray, " candidate"] = field(repr=False)

    @property
    def n_units(self) -> int:
        return int(self.member.shape[1])

    def total(self, rows: Rows) -> float:
        """The summed gain of a choice; -inf where it leaves a unit unserved."""
        return float(self.value[list(rows)].max(axis=0).sum()) if rows else -np.inf


def pose(
    groups: Sequence[Group],
    gains: Float[np.ndarray, "group task"],
    costs: Float[np.ndarray, " group"],
    rules: Rules,
) -> Problem:
    """The problem of choosing among some groups: forbidden ones left out, pinned tasks joined.

    A unit's value is the sum of its tasks' gains. A partition needs every member's gain, so there
    a group with an undefined one is left out too.
    """
    n_tasks = gains.shape[1]
    member = membership(groups, n_tasks)
    units = rules.units(n_tasks)
    of_unit = np.stack([member[:, list(unit)].all(axis=1) for unit in units], axis=1)
    value = np.stack([gains[:, list(unit)].sum(axis=1) for unit in units], axis=1)
    usable = of_unit & np.isfinite(value)
    keep = rules.allowed(member) & usable.any(axis=1)
    if not rules.overlap:
        keep &= (usable == of_unit).all(axis=1)
    if rules.networks is not None:
        keep &= costs <= rules.networks + TOLERANCE
    return Problem(
        usable[keep],
        np.where(usable, value, -np.inf)[keep],
        np.asarray(costs, dtype=float)[keep],
        rules.networks,
        rules.overlap,
        np.flatnonzero(keep),
    )


TOLERANCE = 1e-9
"""Slack of a budget against rounding in sums of costs."""
