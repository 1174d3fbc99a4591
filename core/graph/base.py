"""What every rule for edges and every encoder answers to."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from core.methods import Method
from core.progress import OnProgress
from core.values import TaskGraph


@dataclass(frozen=True)
class GraphMethod(Method):
    """A rule that says which tasks are linked."""

    @abstractmethod
    def __call__(
        self, similarity: Float[np.ndarray, "*stack source target"]
    ) -> Bool[np.ndarray, "*stack source target"]:
        """The edges of each similarity of a stack: symmetric, no self-loops, weights above 0."""


class Encoded(NamedTuple):
    """What an encoder returns; `core.graph.embed` makes an `Embedding` of it."""

    values: Float[np.ndarray, "task dimension"]
    replicates: Float[np.ndarray, "replicate task dimension"]
    attention: Float[np.ndarray, "source target"]


@dataclass(frozen=True)
class Encoder(Method):
    """Turns a task graph and its replicates into points of one space."""

    @abstractmethod
    def __call__(self, graph: TaskGraph, seed: int, on_progress: OnProgress) -> Encoded:
        """A point for every task of the graph and of each of its replicates."""
