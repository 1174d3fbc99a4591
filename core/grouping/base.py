"""What every way of grouping answers to."""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from core.methods import Method
from core.progress import OnProgress
from core.values import Embedding, TaskGraph


class Proposal(NamedTuple):
    """One partition before it is scored; `core.grouping.score` makes a `Grouping` of it."""

    covariance: str
    n_components: int
    labels: Int[np.ndarray, " task"]
    """The component of each task; components without a task may exist."""
    membership: Float[np.ndarray, "task component"]
    bic: float
    aic: float
    replicate_labels: Int[np.ndarray, "replicate task"]


@dataclass(frozen=True)
class Grouper(Method):
    """A way to split the tasks, tried for several numbers of groups."""

    is_costly: ClassVar[bool] = False
    """Whether many groups cost so much more than few that only numbers worth it are tried."""

    @abstractmethod
    def __call__(
        self,
        graph: TaskGraph,
        embedding: Embedding,
        n_groups: tuple[int, ...],
        seed: int,
        on_progress: OnProgress,
    ) -> Iterator[Proposal]:
        """A proposal (or several) for each number of groups that this way can make."""


def one_hot(labels: Int[np.ndarray, " task"]) -> Float[np.ndarray, "task group"]:
    """Full membership of each task in the group its label names."""
    return np.asarray(labels[:, None] == np.arange(labels.max() + 1), dtype=np.float64)
