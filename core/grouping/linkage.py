"""Average linkage on the similarities."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.grouping.base import Grouper, Proposal, one_hot
from core.grouping.cut import cut_trees
from core.methods import knob
from core.progress import OnProgress
from core.values import Embedding, TaskGraph


@dataclass(frozen=True)
class AverageLinkage(Grouper):
    """Merges the two groups with the largest mean similarity until K are left.

    Reads the similarity, not the embedding: the plain alternative beside the mixture.
    """

    title = "Average linkage"
    summary = "Merges the most similar groups step by step; needs no embedding."

    max_groups: int = knob(
        0, "Largest number of groups tried; 0 takes 10, or twice the root of the tasks.", low=0
    )

    def __call__(
        self,
        graph: TaskGraph,
        embedding: Embedding,
        n_groups: tuple[int, ...],
        seed: int,
        on_progress: OnProgress,
    ) -> Iterator[Proposal]:
        found = cut_trees(graph.similarity[None], n_groups)[0]
        again = cut_trees(graph.replicate_similarity, n_groups)
        for place, n_components in enumerate(n_groups):
            yield Proposal(
                covariance="",
                n_components=n_components,
                labels=found[place],
                membership=one_hot(found[place]),
                bic=float("nan"),
                aic=float("nan"),
                replicate_labels=again[:, place],
            )
        on_progress(1.0, "average linkage")
