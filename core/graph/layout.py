"""Where to draw the tasks: positions that depend on the similarities only, not on what is shown."""

from typing import TypeAlias

import numpy as np

from core.values import TaskGraph

Places: TypeAlias = dict[str, tuple[float, float]]
"""Where every task is drawn, in [-1, 1]², by its name."""


def place_tasks(graph: TaskGraph, seed: int = 0) -> Places:
    """A position in [-1, 1]² for every task, by a seeded spring layout weighted by similarity.

    All similar pairs pull, not only the edges, so that hiding edges moves nothing.
    """
    import networkx as nx

    weights = np.where(np.eye(len(graph.task_names), dtype=bool), 0.0, graph.similarity)
    network = nx.from_numpy_array(weights)
    places = nx.spring_layout(network, weight="weight", seed=seed, iterations=100)
    return {
        name: (round(float(places[node][0]), 4), round(float(places[node][1]), 4))
        for node, name in enumerate(graph.task_names)
    }
