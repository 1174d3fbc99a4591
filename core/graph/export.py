"""The task graph for other programs: GraphML and GEXF."""

import re
from collections.abc import Callable, Sequence
from io import BytesIO
from itertools import count
from typing import Any

from core.errors import MethodError
from core.values import TaskGraph

FORMATS = ("graphml", "gexf")
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def export_graph(graph: TaskGraph, form: str) -> bytes:
    """The graph with edge weights as a GraphML or GEXF file, its nodes by the names of the tasks.

    A character that XML cannot hold (a vertical tab from a spreadsheet) becomes U+FFFD.

    Raises:
        MethodError: unknown format; the known ones are listed.
    """
    import networkx as nx

    writers: dict[str, Callable[..., Any]] = {"graphml": nx.write_graphml, "gexf": nx.write_gexf}
    if form not in writers:
        raise MethodError(f"Unknown graph format {form!r}; choose one of {', '.join(FORMATS)}.")
    network = nx.Graph()
    names = _writable(graph.task_names)
    network.add_nodes_from(names)
    for source, target, weight in graph.edges():
        network.add_edge(names[source], names[target], weight=weight)
    file = BytesIO()
    writers[form](network, file)
    return file.getvalue()


def _writable(names: Sequence[str]) -> list[str]:
    """The names as XML can hold them; those that become equal by that are numbered."""
    found: list[str] = []
    for name in names:
        written = _NOT_XML.sub("\ufffd", name)
        spare = (f"{written} ({number})" for number in count(2))
        found.append(written if written not in found else next(n for n in spare if n not in found))
    return found
