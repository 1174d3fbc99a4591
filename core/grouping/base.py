"""What every way of grouping answers to."""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from core.errors import MethodError
from core.methods import Method
from core.progress import OnProgress
from core.values import Embedding, TaskGraph

DEFAULT_MAX_GROUPS = 10


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


def group_counts(n_tasks: int, max_groups: int = 0, n_groups: int | None = None) -> tuple[int, ...]:
    """The numbers of groups to try: 1 … max_groups, and `n_groups` where it is given.

    Args:
        n_tasks: How many tasks there are.
        max_groups: The largest number; 0 takes ten, or one less than the tasks where that is less.
        n_groups: What a user asked for.

    Raises:
        MethodError: more groups asked for than there are tasks, or fewer than 1.
    """
    for name, asked in (("max_groups", max_groups), ("n_groups", n_groups or 1)):
        if asked > n_tasks:
            raise MethodError(
                f"{name}={asked}: there are only {n_tasks} tasks; ask for at most {n_tasks} groups."
            )
    if n_groups is not None and n_groups < 1:
        raise MethodError(
            f"n_groups={n_groups}: at least 1 group is needed; ask for 1 to {n_tasks}."
        )
    largest = max_groups or min(DEFAULT_MAX_GROUPS, max(n_tasks - 1, 1))
    return tuple(sorted({*range(1, largest + 1), *([n_groups] if n_groups else [])}))


def one_hot(labels: Int[np.ndarray, " task"]) -> Float[np.ndarray, "task group"]:
    """Full membership of each task in the group its label names."""
    return np.asarray(labels[:, None] == np.arange(labels.max() + 1), dtype=np.float64)
