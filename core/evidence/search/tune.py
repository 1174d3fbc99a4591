"""Penalties of the surrogate, chosen by leaving one measured group out at a time."""

from typing import TYPE_CHECKING

import numpy as np

from core.evidence.search.kernel import Penalties

if TYPE_CHECKING:
    from core.evidence.search.surrogate import Observed

MAX_PLACES = 400
SWEEPS = 2
_FACTORS = (0.25, 4.0)
_CAUTION = 0.5
"""Cost, in log density, of moving a variance by a factor of four from its default (ours)."""
_CHOICES = {"power": (0.0, 0.5, 1.0), "reach": (1.0, 2.0, 5.0)}
_LOWEST, _HIGHEST = 1e-4, 1e2


def tune(observed: "Observed", start: Penalties | None = None) -> Penalties:
    """The penalties under which each measured group is best foretold by the others.

    Coordinate steps by factors of four on the sum of log densities of the left-out groups, less a
    small cost for leaving the defaults; a few hundred places of a large set are enough for it.
    """
    part = _part(observed)
    best = start or Penalties()
    if len(np.unique(part.number)) < 2:
        return best
    score = _score(part, best)
    for _ in range(SWEEPS):
        before = best
        for name in Penalties.__dataclass_fields__:
            for value in _steps(name, best):
                tried = best.changed(name, value)
                found = _score(part, tried)
                if found > score + 1e-9:
                    best, score = tried, found
        if best == before:
            break
    return best


def _steps(name: str, penalties: Penalties) -> list[float]:
    now = getattr(penalties, name)
    if name in _CHOICES:
        return [value for value in _CHOICES[name] if value != now]
    return [now * factor for factor in _FACTORS if _LOWEST <= now * factor <= _HIGHEST]


def _score(observed: "Observed", penalties: Penalties) -> float:
    return left_out_density(observed, penalties) - _CAUTION * _distance(penalties)


def _distance(penalties: Penalties) -> float:
    """Squared steps of four away from the defaults, summed over the variances."""
    usual = Penalties()
    ratios = [
        np.log(getattr(penalties, name) / getattr(usual, name)) / np.log(4)
        for name in Penalties.__dataclass_fields__
        if name not in _CHOICES
    ]
    return float(np.square(ratios).sum())


def left_out_density(observed: "Observed", penalties: Penalties) -> float:
    """Σ over groups of log p(its gains | all other groups), in closed form.

    With Q the inverse covariance and B a group's places: the residual is Q_BB⁻¹ (Q y)_B and its
    covariance Q_BB⁻¹ (Rasmussen and Williams 2006, §5.4.2, for blocks).
    """
    from core.evidence.search.surrogate import solve

    factor, weights = solve(observed, penalties)
    inverse = _inverse(factor)
    total = 0.0
    for number in np.unique(observed.number):
        block = np.flatnonzero(observed.number == number)
        precision = inverse[np.ix_(block, block)]
        w = weights[block]
        residual = np.linalg.solve(precision, w)
        _, log_det = np.linalg.slogdet(precision)
        total += 0.5 * (log_det - residual @ w - len(block) * np.log(2 * np.pi))
    return float(total)


def _inverse(factor: np.ndarray) -> np.ndarray:
    from scipy.linalg import cho_solve

    return np.asarray(cho_solve((factor, True), np.eye(len(factor)), check_finite=False))


def _part(observed: "Observed") -> "Observed":
    """The first groups that together have a few hundred places, spread evenly over all groups."""
    from core.evidence.search.kernel import Places
    from core.evidence.search.surrogate import Observed

    if len(observed.values) <= MAX_PLACES:
        return observed
    numbers = np.unique(observed.number)
    step = len(observed.values) / MAX_PLACES
    kept = numbers[np.unique((np.arange(0, len(numbers), step)).astype(int))]
    on = np.isin(observed.number, kept)
    p = observed.places
    places = Places(p.task[on], p.partners[on], p.group[on], p.prior[on])
    return Observed(
        places, observed.values[on], observed.noise[on], observed.number[on], observed.scale
    )
