"""From the probes of a few rows to those of all that they stand for, which are never held.

The search for a probe looks at its rows some seventy times, which is too often for a file. A few
rows that stand for all give a probe that is off by chance: of 6,000 in place of 24,000 rows the
|cosine| of related tasks was .87 instead of .95. But how their loss curves is nearly how that of
all rows does. So all rows are asked for the slope F′ alone, where the probe is, and the search goes
on at hand with that slope in the place of its own f′ (Shamir, Srebro & Zhang 2014, arXiv
1312.7853; Jordan, Lee & Yang 2019, arXiv 1605.07689):

    v ← argmin f(v) − ⟨f′(v₀) − F′(v₀), v⟩

It stays where F′ is 0. One reading leaves a fifth of the way, as a rule: the share by which the two
curvatures differ, about √(coordinates ÷ rows at hand). It leaves more where most of the curvature
is the penalty (rare labels, probes of noise), which the secant of two steps makes up for.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from jaxtyping import Float

from core.landscape.probes.every_row import EveryRow, Reading
from core.landscape.probes.problem import Problem
from core.landscape.quasi_newton import Slope

if TYPE_CHECKING:
    from torch import Tensor

READINGS = 6
"""Of all rows, at most (ours)."""

NEAR = 0.15
"""How far off a probe may stay, in units of what chance moves it by with as many rows (ours)."""

HELD = 8.0
"""Times that a probe which went too far is held back more strongly (ours)."""

FARTHEST = 5.0
"""Last steps that one may lead beyond itself (ours)."""

Solve = Callable[["Callable[[Tensor], Slope]", "Tensor"], "Tensor"]
"""Where a search at hand leads from a start."""


def correct(
    problem: Problem,
    place: "Float[Tensor, 'task coordinate_output']",
    every: EveryRow,
    solve: Solve,
    on_reading: Callable[[float], None],
) -> "Float[Tensor, 'task coordinate_output']":
    """The probes of all rows.

    Args:
        problem: of the rows at hand.
        place: of their probes.
        every: all rows.
        solve: searches at hand.
        on_reading: told the finished share; may raise.

    Raises:
        TableError: features that are not finite.
    """
    import torch

    best, last = _nowhere(place), None
    for number in range(READINGS):
        told = partial(_tell, on_reading, number)
        best = best.or_nearer(place, every.read(problem, place, told), problem)
        last = best.step(problem, solve, last)
        place = last.place
        if bool((best.expected <= NEAR).all()):
            break
    return torch.where(best.hold > 0, best.place, place)


class _Step(NamedTuple):
    """A step of every task."""

    move: "Float[Tensor, 'task coordinate_output']"
    arrived: "Float[Tensor, 'task coordinate_output']"
    place: "Float[Tensor, 'task coordinate_output']"
    """Where the steps to come would lead, if they shrink as this one did."""

    def after(self, last: "_Step", metric: "Float[Tensor, 'task coordinate_output']") -> "_Step":
        """The secant step of Anderson (1965): what is left is to shrink along the last two steps.
        Where the metric is 0 a step stays what it is."""
        turn = self.move - last.move
        along = (metric * turn * turn).sum(1, keepdim=True).clamp_min(1e-300)
        share = (metric * turn * self.move).sum(1, keepdim=True) / along
        beyond = share.clamp(-FARTHEST, FARTHEST) * (last.arrived - self.arrived)
        return self._replace(place=self.arrived + beyond)


class _Best(NamedTuple):
    """The place of every task where the slope of all rows was least so far."""

    place: "Float[Tensor, 'task coordinate_output']"
    slope: "Float[Tensor, 'task coordinate_output']"
    distance: "Float[Tensor, ' task']"
    """From the probe of all rows, about, in units of its standard error."""
    expected: "Float[Tensor, ' task']"
    """The same after the next step, if that is as good as the last one."""
    hold: "Float[Tensor, 'task 1']"
    """How strongly the next step is held back."""

    def or_nearer(
        self, place: "Float[Tensor, 'task coordinate_output']", found: Reading, problem: Problem
    ) -> "_Best":
        """This, or the new place of each task that has come nearer; the others went too far."""
        import torch

        n_free = problem.shape[1] * problem.heads.used.sum(1)
        rise = (found.slope.square() / problem.slope_at(place).curvature).sum(1)
        distance = (rise * found.n_rows / n_free).sqrt()
        left, is_nearer = distance / self.distance.clamp_min(1e-30), distance < self.distance
        took = is_nearer.unsqueeze(1)
        return _Best(
            torch.where(took, place, self.place),
            torch.where(took, found.slope, self.slope),
            torch.where(is_nearer, distance, self.distance),
            torch.where(self.distance.isinf(), self.distance, distance * left),
            torch.where(took, self.hold, 2 * self.hold + HELD),
        )

    def step(self, problem: Problem, solve: Solve, last: "_Step | None") -> "_Step":
        """Where the search at hand leads with the slope of all rows."""
        here = problem.slope_at(self.place)
        shift, stiff = here.gradient - self.slope, self.hold * here.curvature

        def slope_at(place: "Tensor") -> Slope:
            found = problem.slope_at(place)
            gradient = found.gradient - shift + stiff * (place - self.place)
            return Slope(gradient, found.curvature + stiff)

        arrived = solve(slope_at, self.place)
        alone = _Step(arrived - self.place, arrived, arrived)
        return alone if last is None else alone.after(last, here.curvature * (self.hold == 0))


def _nowhere(place: "Float[Tensor, 'task coordinate_output']") -> _Best:
    far = place.new_full((len(place),), float("inf"))
    return _Best(place, place, far, far, far.new_zeros(len(place), 1))


def _tell(on_reading: Callable[[float], None], number: int, share: float) -> None:
    on_reading((number + share) / READINGS)
