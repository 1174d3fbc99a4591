"""Tasks as a graph, and a point for every task.

`build_graph` links each task to the tasks most like it; `embed_tasks` turns the graph into points,
by default with graph attention trained on the graph alone (METHODS §3).

    graph = build_graph(affinity, NearestNeighbours(k=4))
    embedding = embed_tasks(graph, GATv2(), seed=0)
    embedding.values.shape, embedding.has_structure
"""

from core.graph.base import Encoder, GraphMethod
from core.graph.build import build_graph
from core.graph.embed import embed_tasks
from core.graph.gatv2 import GATv2
from core.graph.nearest import NearestNeighbours
from core.graph.similarity_rows import SimilarityRows
from core.graph.threshold import Threshold
from core.methods import Stage

GRAPHS: Stage[GraphMethod] = Stage(
    "task graph", {"nearest": NearestNeighbours, "threshold": Threshold}
)
ENCODERS: Stage[Encoder] = Stage("encoder", {"gatv2": GATv2, "similarity_rows": SimilarityRows})

__all__ = [
    "ENCODERS",
    "GRAPHS",
    "Encoder",
    "GATv2",
    "GraphMethod",
    "NearestNeighbours",
    "SimilarityRows",
    "Threshold",
    "build_graph",
    "embed_tasks",
]
