"""Several graphs as one batch of disjoint graphs, in the form the layers read."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Edges:
    """Disjoint graphs as one: node features, directed edges (source, target) and their weights."""

    features: "torch.Tensor"
    index: "torch.Tensor"
    weight: "torch.Tensor"


def batch_graphs(
    features: Float[np.ndarray, "graph task feature"],
    similarity: Float[np.ndarray, "graph source target"],
    adjacent: Bool[np.ndarray, "graph source target"],
) -> Edges:
    """Several graphs as one batch of disjoint graphs."""
    import torch

    graph, source, target = np.nonzero(adjacent)
    index = np.stack([source, target]) + graph * adjacent.shape[-1]
    weight = similarity[graph, source, target][:, None]
    return Edges(
        features=torch.tensor(features.reshape(-1, features.shape[-1]), dtype=torch.float32),
        index=torch.tensor(index, dtype=torch.int64),
        weight=torch.tensor(weight, dtype=torch.float32),
    )
