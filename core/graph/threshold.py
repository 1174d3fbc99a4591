"""Edges between tasks that are similar enough."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from core.graph.base import GraphMethod
from core.methods import knob


@dataclass(frozen=True)
class Threshold(GraphMethod):
    """Links two tasks when their similarity reaches a minimum."""

    title = "Threshold"
    summary = "Links two tasks when their similarity reaches the minimum."

    minimum: float = knob(0.5, "Smallest similarity that makes an edge.", low=0.0, high=1.0)

    def __call__(
        self, similarity: Float[np.ndarray, "*stack source target"]
    ) -> Bool[np.ndarray, "*stack source target"]:
        off_diagonal = ~np.eye(similarity.shape[-1], dtype=bool)
        linked = (similarity >= self.minimum) & (similarity > 0)
        return linked & np.swapaxes(linked, -1, -2) & off_diagonal
