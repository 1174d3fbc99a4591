"""Where the values of a chart stand on its axis; every form draws them at the same places."""

import math
from dataclasses import dataclass

from core.gain_words import signed
from core.report.story import Chart

MOST_TICKS = 5
_MARGIN = 0.04
"""Free space at both ends, as a share of the axis (ours)."""


@dataclass(frozen=True)
class Scale:
    """An axis from `low` to `high`, 0 within it."""

    low: float
    high: float
    step: float
    """Between two ticks."""
    ticks: tuple[float, ...]
    is_share: bool

    def place(self, value: float) -> float:
        """Share of the way from the left end to the right."""
        return (value - self.low) / (self.high - self.low)

    def label(self, tick: float) -> str:
        """A tick as text; 0 has no sign and no decimals."""
        return signed(tick, self.is_share) if tick else "0"


def scale_of(chart: Chart) -> Scale:
    """The axis of a chart: all its intervals and 0."""
    bounds = [0.0, *(end for one in chart.intervals for end in (one.low, one.high, one.value))]
    low, high = min(bounds), max(bounds)
    width = (high - low) or 1.0
    low, high = low - _MARGIN * width, high + _MARGIN * width
    step = _step(width)
    first, last = math.ceil(low / step), math.floor(high / step)
    ticks = tuple(number * step for number in range(first, last + 1))
    return Scale(low, high, step, ticks, chart.is_share)


def _step(width: float) -> float:
    """1, 2 or 5 times a power of ten, so that few ticks fit."""
    power = 10.0 ** math.floor(math.log10(width))
    fine = (power * factor / 10 for factor in (1, 2, 5, 10, 20, 50))
    return next(step for step in fine if width / step <= MOST_TICKS)
