"""The task graph for other programs: GraphML and GEXF."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from core.errors import MethodError
from core.values import TaskGraph

FORMATS = ("graphml", "gexf")


def export_graph(graph: TaskGraph, form: str) -> bytes:
    """The graph with edge weights as a GraphML or GEXF file.

    Raises:
        MethodError: unknown format; the known ones are listed.
    """
    import networkx as nx

    writers: dict[str, Callable[..., Any]] = {"graphml": nx.write_graphml, "gexf": nx.write_gexf}
    if form not in writers:
        raise MethodError(f"Unknown graph format {form!r}; choose one of {', '.join(FORMATS)}.")
    network = nx.Graph()
    network.add_nodes_from(graph.task_names)
    for source, target, weight in graph.edges():
        network.add_edge(graph.task_names[source], graph.task_names[target], weight=weight)
    file = BytesIO()
    writers[form](network, file)
    return file.getvalue()
