"""The plain encoder: a task is its row of similarities."""

from dataclasses import dataclass

import numpy as np

from core.graph.base import Encoded, Encoder
from core.graph.features import scale_of, standardised_rows
from core.progress import OnProgress
from core.values import TaskGraph


@dataclass(frozen=True)
class SimilarityRows(Encoder):
    """Takes the standardised rows of the similarity as they are; looks at no edge."""

    title = "Similarity rows"
    summary = "A task is its row of similarities; nothing is learned."

    def __call__(self, graph: TaskGraph, seed: int, on_progress: OnProgress) -> Encoded:
        scale = scale_of(graph.similarity)
        return Encoded(
            values=standardised_rows(graph.similarity, scale),
            replicates=standardised_rows(graph.replicate_similarity, scale),
            attention=np.zeros(graph.similarity.shape),
        )
