"""Convolutional trunks for images and series, where the trainer or the samples ask for one."""

from typing import TYPE_CHECKING

import numpy as np

from core.convolutions import Outline, draw_convolution
from core.convolutions.canvas import Layout
from core.training.draws import TRUNK
from core.training.modules import TrunkFactory

if TYPE_CHECKING:
    from torch import nn


def make_factory(layout: Layout, plan: Outline) -> TrunkFactory:
    """Makes the convolutional trunk of a seed for the inputs of a table."""
    import torch

    canvas = layout.placed(plan.kind, torch.device("cpu"))

    def draw(seed: int) -> "nn.Module":
        from core.convolutions.placed import Placed

        state = int(np.random.default_rng([seed, TRUNK]).integers(2**63))
        return Placed(draw_convolution(plan, torch.Generator().manual_seed(state)), canvas)

    return draw
