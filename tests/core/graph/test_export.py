"""The task graph in files that other programs read."""

from xml.dom import minidom

import networkx as nx
import numpy as np
import pytest

from core.errors import MethodError
from core.graph.export import FORMATS, export_graph
from core.values import TaskGraph

READERS = {"graphml": nx.read_graphml, "gexf": nx.read_gexf}
HARD = ("y_\x0bhf", "y_\x00hf", "y_\ufffdhf", "a\ud800b", "<img src=x>", "=HYPERLINK()", "心")


def graph_of(names):
    rng = np.random.default_rng(0)
    similarity = rng.random((len(names), len(names)))
    similarity = (similarity + similarity.T) / 2
    np.fill_diagonal(similarity, 1.0)
    adjacent = (similarity > 0.4) & ~np.eye(len(names), dtype=bool)
    none = np.zeros((0, *similarity.shape))
    return TaskGraph(tuple(names), similarity, adjacent, none, none.astype(bool))


def read(tmp_path, graph, form):
    path = tmp_path / f"graph.{form}"
    path.write_bytes(export_graph(graph, form))
    minidom.parse(str(path))
    return READERS[form](path)


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_holds_every_task_and_edge_with_its_weight(tmp_path, form):
    graph = graph_of(("heart", "kidney", "lung", "death"))
    found = read(tmp_path, graph, form)
    assert set(found.nodes) == set(graph.task_names)
    weights = {frozenset(pair): edge["weight"] for *pair, edge in found.edges(data=True)}
    for source, target, weight in graph.edges():
        pair = frozenset((graph.task_names[source], graph.task_names[target]))
        assert weights.pop(pair) == pytest.approx(weight)
    assert not weights


@pytest.mark.parametrize("form", FORMATS)
def test_names_that_xml_cannot_hold_stay_nodes_of_their_own(tmp_path, form):
    graph = graph_of(HARD)
    found = read(tmp_path, graph, form)
    assert len(found) == len(HARD)
    assert found.number_of_edges() == len(list(graph.edges()))
    assert set(HARD[4:]) <= set(found.nodes)


def test_an_unknown_format_lists_the_known():
    with pytest.raises(MethodError, match="graphml, gexf"):
        export_graph(graph_of(("a", "b", "c")), "dot")
