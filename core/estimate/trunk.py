"""How many weights of the trunk a row passes."""

from typing import NamedTuple

from core.convolutions import outline_of
from core.errors import MethodError
from core.estimate import unit
from core.estimate.size import Size
from core.landscape import OneStep


class TrunkWeights(NamedTuple):
    """Weights of the trunk that a row passes."""

    first: float
    """Of plain layers those that see the inputs, which no step changes."""
    others: float
    is_plain: bool = True
    """Whether it is as many as the trunk has, each passed once; not so for convolutions."""

    @property
    def total(self) -> float:
        return self.first + self.others


def trunk_weights(size: Size, landscape: OneStep) -> TrunkWeights:
    """Those of the trunk that a plan asks for; a convolution counts its products."""
    width, depth = landscape.width, landscape.depth
    try:
        own = outline_of(landscape.trunk, size.shape, size.n_inputs, width, depth)
    except MethodError:  # such a plan is refused where it is started
        own = None
    if own is not None:
        return TrunkWeights(0.0, unit.CONVOLUTION * own.n_products, is_plain=False)
    inner = 0 if landscape.trunk == "linear" else (depth - 1) * width**2
    return TrunkWeights(width * size.n_inputs, inner)
