"""The graph-attention encoder."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from core.graph.base import Encoded, Encoder
from core.graph.features import scale_of, standardised_rows
from core.methods import knob
from core.progress import OnProgress, within
from core.values import TaskGraph

if TYPE_CHECKING:
    from core.graph.network import Network

NUMBERS_AT_ONCE = 4_000_000
"""Edges times units that one pass may hold, so that memory stays bounded (ours)."""


@dataclass(frozen=True)
class GATv2(Encoder):
    """Graph attention with dynamic scores, trained to rebuild the similarities.

    Brody, Alon, Yahav, *How Attentive are Graph Attention Networks?*, arXiv 2105.14491. Two
    layers, ELU, residual, edge weight as edge feature, rows of S as node features. The objective
    is ours (`core.graph.training`). It is trained on the point estimate once; the bootstrap
    replicates are embedded by that same encoder from their own features and edges (ours), so that
    their points share one space and differ only by what the data say.
    """

    title = "Graph attention (GATv2)"
    summary = "Learns a point for every task from the graph, weighing each neighbour by attention."

    heads: int = knob(4, "Attention heads of each layer.", low=1, high=16)
    units: int = knob(8, "Units of each head.", low=2, high=64)
    seeds: int = knob(5, "Random starts trained side by side; the best is kept.", low=1, high=20)
    steps: int = knob(200, "Training steps at most; training stops early.", low=1, high=2000)
    learning_rate: float = knob(5e-3, "Step size of Adam.", low=1e-5, high=1.0)

    def __call__(self, graph: TaskGraph, seed: int, on_progress: OnProgress) -> Encoded:
        from core.graph.training import Recipe, train_network

        scale = scale_of(graph.similarity)
        features = standardised_rows(graph.similarity, scale)
        recipe = Recipe(self.heads, self.units, self.seeds, self.steps, self.learning_rate)
        train = within(on_progress, 0.0, 0.7)
        network = train_network(features, graph.similarity, graph.adjacent, recipe, seed, train)
        values, attention = _read_point(network, features, graph)
        replicates = _read_replicates(
            network,
            standardised_rows(graph.replicate_similarity, scale),
            graph,
            within(on_progress, 0.7, 1.0),
        )
        return Encoded(values, replicates, attention)


def _read_point(
    network: "Network",
    features: Float[np.ndarray, "source target"],
    graph: TaskGraph,
) -> tuple[Float[np.ndarray, "task dimension"], Float[np.ndarray, "source target"]]:
    """Points of the tasks, and the attention between them."""
    import torch

    from core.graph.batch import batch_graphs
    from core.graph.network import attend, embed

    edges = batch_graphs(features[None], graph.similarity[None], graph.adjacent[None])
    with torch.no_grad():
        points = embed(network, edges)[:, 0]
        index, weight = attend(network, edges)
    source, target = index.numpy()
    attention = np.zeros(graph.similarity.shape)
    attention[source, target] = weight[:, 0].numpy()
    return points.numpy().astype(np.float64), np.where(graph.adjacent, attention, 0.0)


def _read_replicates(
    network: "Network",
    features: Float[np.ndarray, "replicate source target"],
    graph: TaskGraph,
    on_progress: OnProgress,
) -> Float[np.ndarray, "replicate task dimension"]:
    """Points of the tasks in every bootstrap replicate, some replicates at a time."""
    import torch

    from core.graph.batch import batch_graphs
    from core.graph.network import embed

    n_replicates, n_tasks = features.shape[:2]
    width = network.first.heads * network.first.out_channels
    edges_each = int(graph.adjacent.sum()) + n_tasks
    at_once = max(1, NUMBERS_AT_ONCE // (edges_each * width))
    points = np.zeros((n_replicates, n_tasks, width))
    for start in range(0, n_replicates, at_once):
        part = slice(start, start + at_once)
        edges = batch_graphs(
            features[part], graph.replicate_similarity[part], graph.replicate_adjacent[part]
        )
        with torch.no_grad():
            found = embed(network, edges)[:, 0].numpy()
        points[part] = found.reshape(-1, n_tasks, width)
        done = min(start + at_once, n_replicates)
        on_progress(done / n_replicates, "embedding the re-runs")
    return points
