"""Edges to the k most similar tasks."""

from dataclasses import dataclass
from math import ceil

import numpy as np
from jaxtyping import Bool, Float

from core.graph.base import GraphMethod
from core.methods import knob


@dataclass(frozen=True)
class NearestNeighbours(GraphMethod):
    """Links a task to the k tasks most similar to it; ties at the k-th place are all kept, so
    that the order of the tasks never decides."""

    title = "Nearest neighbours"
    summary = "Links every task to the k tasks most similar to it."

    k: int = knob(0, "Neighbours of each task; 0 takes a third of the tasks.", low=0)
    union: str = knob(
        "mutual",
        "Keep an edge when both tasks choose each other, or when one of them does.",
        options=("mutual", "union"),
    )

    def __call__(
        self, similarity: Float[np.ndarray, "*stack source target"]
    ) -> Bool[np.ndarray, "*stack source target"]:
        n_tasks = similarity.shape[-1]
        k = min(self.k or ceil(n_tasks / 3), n_tasks - 1)
        if k == 0:
            return np.zeros(similarity.shape, dtype=bool)
        others = np.where(np.eye(n_tasks, dtype=bool), -np.inf, similarity)
        kth = np.partition(others, -k, axis=-1)[..., -k, None]
        chosen = (others >= kth) & (others > 0)
        chosen_back = np.swapaxes(chosen, -1, -2)
        return chosen & chosen_back if self.union == "mutual" else chosen | chosen_back
