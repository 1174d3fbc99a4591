"""Sample-wise optima of several steps: every sample is followed towards that of its own target."""

from typing import TYPE_CHECKING

from jaxtyping import Float, Int

from core.landscape.heads import Heads
from core.landscape.trunks.perceptron import Perceptron
from core.landscape.trunks.trunk import Trunk
from core.landscape.walks.copies import follow_copies
from core.landscape.walks.factors import follow_factors
from core.landscape.walks.walk import Walks

if TYPE_CHECKING:
    from torch import Tensor

MAX_ELEMENTS = 2**22
"""Weights of all walks that are followed together (16 MB a copy)."""


def follow(
    trunk: Trunk,
    heads: Heads,
    x: "Float[Tensor, 'walk input']",
    value: "Float[Tensor, ' walk']",
    task: "Int[Tensor, ' walk']",
    steps: int,
    step_size: float,
) -> Walks:
    """Walk `steps` gradient steps of `step_size` on the loss of every walk, heads held fixed.

    Args:
        trunk: the common start.
        heads: of all tasks.
        x: model inputs of the sample that walks.
        value: its label.
        task: whose label it is.
        steps: most steps.
        step_size: η.
    """
    if isinstance(trunk, Perceptron):
        return follow_factors(trunk, heads, x, value, task, steps, step_size)
    return follow_copies(trunk, heads, x, value, task, steps, step_size)
