import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import MethodError
from core.graph import GRAPHS, NearestNeighbours, Threshold, build_graph
from core.methods import choose
from tests.core.graph.affinities import affinity_of, constant, noisy, permuted, planted

METHODS = [
    NearestNeighbours(),
    NearestNeighbours(k=1),
    NearestNeighbours(k=2, union="union"),
    Threshold(0.5),
    Threshold(0.99),
]


def neighbours_one_by_one(similarity, k, union):
    n_tasks = len(similarity)
    chosen = np.zeros((n_tasks, n_tasks), dtype=bool)
    for task in range(n_tasks):
        others = [other for other in range(n_tasks) if other != task]
        strongest = sorted(others, key=lambda other: similarity[task, other], reverse=True)[:k]
        chosen[task, strongest] = True
    return chosen | chosen.T if union == "union" else chosen & chosen.T


@pytest.mark.parametrize("union", ["mutual", "union"])
@pytest.mark.parametrize("k", [1, 3, 5])
def test_nearest_neighbours_equal_a_search_task_by_task(k, union):
    affinity = noisy(np.full((9, 9), 0.5), 0.1, 4, seed=1)
    stacked = NearestNeighbours(k, union)(affinity.replicates)
    for found, similarity in zip(stacked, affinity.replicates, strict=True):
        np.testing.assert_array_equal(found, neighbours_one_by_one(similarity, k, union))


def test_zero_neighbours_means_a_third_of_the_tasks():
    affinity = noisy(np.full((7, 7), 0.5), 0.1, 2, seed=2)
    np.testing.assert_array_equal(
        NearestNeighbours(0)(affinity.similarity), NearestNeighbours(3)(affinity.similarity)
    )


def test_ties_at_the_last_place_are_all_kept():
    others = ~np.eye(6, dtype=bool)
    np.testing.assert_array_equal(NearestNeighbours(2)(constant(6).similarity), others)


@pytest.mark.parametrize("method", METHODS)
@settings(deadline=None)  # other work on the machine is no failure
@given(n_tasks=st.integers(2, 9), seed=st.integers(0, 50))
def test_adjacency_is_symmetric_without_loops_and_no_task_is_left_alone(method, n_tasks, seed):
    graph = build_graph(noisy(np.full((n_tasks, n_tasks), 0.5), 0.2, 3, seed), method)
    similarities = (graph.similarity, *graph.replicate_similarity)
    for adjacent, similarity in zip(
        (graph.adjacent, *graph.replicate_adjacent), similarities, strict=True
    ):
        np.testing.assert_array_equal(adjacent, adjacent.T)
        assert not adjacent.diagonal().any()
        can_link = ((similarity > 0) & ~np.eye(n_tasks, dtype=bool)).any(axis=0)
        np.testing.assert_array_equal(adjacent.any(axis=0), can_link)


def test_a_task_left_alone_gets_its_strongest_edge_only():
    similarity = np.array([[1, 0.9, 0.1], [0.9, 1, 0.2], [0.1, 0.2, 1]])
    graph = build_graph(affinity_of(similarity, similarity[None]), Threshold(0.5))
    assert [edge[:2] for edge in graph.edges()] == [(0, 1), (1, 2)]


def test_a_pair_without_shared_samples_has_no_edge():
    affinity, _ = planted([3, 3])
    similarity = affinity.similarity.copy()
    similarity[0, 1] = similarity[1, 0] = np.nan
    graph = build_graph(affinity_of(similarity, similarity[None]), Threshold(0.0))
    assert graph.similarity[0, 1] == 0
    assert not graph.adjacent[0, 1]
    assert not graph.replicate_adjacent[0, 0, 1]


def test_a_task_that_shares_samples_with_none_stays_alone():
    affinity, _ = planted([3, 3])
    similarity = affinity.similarity.copy()
    similarity[0, 1:] = similarity[1:, 0] = np.nan
    graph = build_graph(affinity_of(similarity, similarity[None]))
    assert not graph.adjacent[0].any()
    assert graph.similarity[0, 0] == 1


def test_the_two_directions_of_a_pair_are_averaged():
    similarity = np.array([[1, 0.2], [0.6, 1]])
    graph = build_graph(affinity_of(similarity, similarity[None]))
    assert graph.similarity[0, 1] == graph.similarity[1, 0] == pytest.approx(0.4)


@pytest.mark.parametrize("method", METHODS)
def test_permuting_tasks_permutes_the_graph(method):
    affinity, _ = planted([4, 3, 2])
    order = np.random.default_rng(0).permutation(9)
    graph, moved = build_graph(affinity, method), build_graph(permuted(affinity, order), method)
    np.testing.assert_array_equal(moved.adjacent, graph.adjacent[np.ix_(order, order)])


def test_no_replicates_make_no_replicate_graphs():
    affinity = noisy(np.full((4, 4), 0.5), 0.1, 0, seed=0)
    assert build_graph(affinity).replicate_adjacent.shape == (0, 4, 4)


def test_knobs_out_of_range_name_the_knob():
    with pytest.raises(MethodError, match="minimum=2"):
        choose(GRAPHS, "threshold", minimum=2)
