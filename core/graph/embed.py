"""From the task graph to a point for every task, with guards."""

import numpy as np
from jaxtyping import Int

from core.graph.base import Encoder
from core.graph.features import canonical_order
from core.graph.gatv2 import GATv2
from core.graph.guards import flat_graph, flat_points
from core.graph.similarity_rows import SimilarityRows
from core.machine.device import pick_device
from core.machine.threads import one_thread
from core.progress import OnProgress, silent
from core.values import Embedding, TaskGraph


def embed_tasks(
    graph: TaskGraph,
    encoder: Encoder | None = None,
    seed: int = 0,
    device: str = "auto",
    on_progress: OnProgress = silent,
) -> Embedding:
    """Place every task, and every bootstrap replicate of it, as a point of one space.

    The encoder sees the tasks in an order made from the similarities, so the order of the columns
    of a table does not matter. Where the graph or the points carry no structure, the standardised
    rows of the similarity are returned with `has_structure` False and a note that says why.

    Args:
        graph: The task graph.
        encoder: `GATv2()` when left out.
        seed: Of every random draw; the same seed gives the same embedding on one device.
        device: `auto`, `cpu` or `cuda`; checked, but the work is done on the CPU always: graphs of
            some hundred nodes gain nothing on a GPU, which adds up messages in no fixed order, so
            that a seed would no longer give the same points.
        on_progress: Told the finished share.

    Raises:
        MethodError: unknown device, or `cuda` without a usable GPU.
    """
    pick_device(device)
    order = canonical_order(graph.similarity)
    ordered = _reorder(graph, order)
    notes = tuple(filter(None, [flat_graph(graph.similarity)]))
    if not notes:
        with one_thread():
            encoded = (encoder or GATv2())(ordered, seed, on_progress)
        notes = tuple(filter(None, [flat_points(encoded.values)]))
    if notes:
        encoded = SimilarityRows()(ordered, seed, silent)
    back = np.argsort(order)
    return Embedding(
        task_names=graph.task_names,
        values=encoded.values[back],
        replicates=encoded.replicates[:, back],
        attention=encoded.attention[np.ix_(back, back)],
        has_structure=not notes,
        notes=notes,
    )


def _reorder(graph: TaskGraph, order: Int[np.ndarray, " task"]) -> TaskGraph:
    pairs = np.ix_(order, order)
    stacked = (slice(None), order[:, None], order[None, :])
    return TaskGraph(
        task_names=tuple(graph.task_names[task] for task in order),
        similarity=graph.similarity[pairs],
        adjacent=graph.adjacent[pairs],
        replicate_similarity=graph.replicate_similarity[stacked],
        replicate_adjacent=graph.replicate_adjacent[stacked],
    )
