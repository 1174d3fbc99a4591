"""The two partitions that are always candidates."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.grouping.base import Grouper, Proposal, one_hot
from core.grouping.cut import cut_trees
from core.progress import OnProgress
from core.values import Embedding, TaskGraph


@dataclass(frozen=True)
class Alone(Grouper):
    """Every distinct task trains its own model; tasks that are copies of each other share one."""

    title = "Alone"
    summary = "Every task is its own group; copies of one task share theirs."

    def __call__(
        self,
        graph: TaskGraph,
        embedding: Embedding,
        n_groups: tuple[int, ...],
        seed: int,
        on_progress: OnProgress,
    ) -> Iterator[Proposal]:
        labels = cut_trees(graph.similarity[None], (len(graph.task_names),))[0, 0]
        yield _fixed(labels, len(graph.replicate_similarity))


@dataclass(frozen=True)
class Together(Grouper):
    """One model for all tasks."""

    title = "Together"
    summary = "All tasks are one group."

    def __call__(
        self,
        graph: TaskGraph,
        embedding: Embedding,
        n_groups: tuple[int, ...],
        seed: int,
        on_progress: OnProgress,
    ) -> Iterator[Proposal]:
        yield _fixed(
            np.zeros(len(graph.task_names), dtype=np.int64), len(graph.replicate_similarity)
        )


def _fixed(labels: np.ndarray, n_replicates: int) -> Proposal:
    return Proposal(
        covariance="",
        n_components=int(labels.max()) + 1,
        labels=labels,
        membership=one_hot(labels),
        bic=float("nan"),
        aic=float("nan"),
        replicate_labels=np.repeat(labels[None], n_replicates, axis=0),
    )
