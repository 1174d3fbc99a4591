"""Penalties of the surrogate, chosen by leaving one measured group out at a time."""

import numpy as np

from core.evidence.search.kernel import Penalties, Places, components
from core.evidence.search.observed import Observed

MAX_PLACES = 300
SWEEPS = 2
_FACTORS = (0.25, 4.0)
_CAUTION = 2.0
"""Cost, in log density, of moving a variance by a factor of four from its default (ours)."""
_CHOICES = {"power": (0.0, 0.5, 1.0), "reach": (1.0, 3.0, 8.0)}
_LOWEST, _HIGHEST = 1e-4, 1e2
_LEAST = 1e-9


def tune(observed: Observed) -> Penalties:
    """The penalties under which each measured group is best foretold by the others.

    Coordinate steps by factors of four on the sum of log densities of the left-out groups, less a
    small cost for leaving the defaults; a few hundred places of a large set are enough for it.
    """
    best = Penalties()
    if len(np.unique(observed.number)) < 2:
        return best
    density = LeftOut(_part(observed))
    score = density(best)
    for _ in range(SWEEPS):
        before = best
        for name in Penalties.__dataclass_fields__:
            for value in _steps(name, best):
                tried = best.changed(name, value)
                found = density(tried) - _CAUTION * _distance(tried)
                if found > score + _LEAST:
                    best, score = tried, found
        if best == before:
            break
    return best


def _steps(name: str, penalties: Penalties) -> list[float]:
    now = getattr(penalties, name)
    if name in _CHOICES:
        return [value for value in _CHOICES[name] if value != now]
    return [now * factor for factor in _FACTORS if _LOWEST <= now * factor <= _HIGHEST]


def _distance(penalties: Penalties) -> float:
    """Squared steps of four away from the defaults, summed over the variances."""
    usual = Penalties()
    ratios = [
        np.log(getattr(penalties, name) / getattr(usual, name)) / np.log(4)
        for name in Penalties.__dataclass_fields__
        if name not in _CHOICES
    ]
    return float(np.square(ratios).sum())


class LeftOut:
    """Σ over groups of log p(its gains | all other groups), in closed form.

    With Q the inverse covariance and B a group's places: the residual is Q_BB⁻¹ (Q y)_B and its
    covariance Q_BB⁻¹ (Rasmussen and Williams 2006, §5.4.2, for blocks).
    """

    def __init__(self, observed: Observed) -> None:
        self.observed = observed
        self.parts: dict[tuple[float, float], dict[str, np.ndarray]] = {}
        _, size = np.unique(observed.number, return_counts=True)
        stops = np.cumsum(size)
        self.blocks = [
            np.stack([np.arange(stop - k, stop) for stop in stops[size == k]])
            for k in np.unique(size)
        ]

    def __call__(self, penalties: Penalties) -> float:
        precision = np.linalg.inv(self._covariance(penalties))
        weights = precision @ self.observed.values
        total = -0.5 * len(weights) * np.log(2 * np.pi)
        for block in self.blocks:
            inside = precision[block[:, :, None], block[:, None, :]]
            w = weights[block]
            residual = np.linalg.solve(inside, w[:, :, None])[:, :, 0]
            total += 0.5 * float(np.linalg.slogdet(inside)[1].sum() - (residual * w).sum())
        return float(total)

    def _covariance(self, penalties: Penalties) -> np.ndarray:
        key = (penalties.power, penalties.reach)
        places = self.observed.places
        if key not in self.parts:
            self.parts[key] = dict(components(places, places, *key))
        names = list(self.parts[key])
        joint = np.zeros((len(places.task),) * 2)
        for name in names:
            joint += getattr(penalties, name) * self.parts[key][name]
        joint[np.diag_indices_from(joint)] += penalties.own + self.observed.noise + _LEAST
        return joint


def _part(observed: Observed) -> Observed:
    """The first groups that together have a few hundred places, spread evenly over all groups."""
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
