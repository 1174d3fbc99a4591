import numpy as np
import pytest

from core.graph.batch import batch_graphs
from core.graph.build import build_graph
from core.graph.features import scale_of, standardised_rows
from core.graph.network import attend, build_network, embed, only_seed
from core.graph.training import _hide
from tests.core.graph.affinities import planted

HEADS, UNITS = 2, 3


@pytest.fixture
def edges():

    graph = build_graph(planted([3, 4])[0])
    rows = standardised_rows(graph.replicate_similarity, scale_of(graph.similarity))
    return batch_graphs(rows, graph.replicate_similarity, graph.replicate_adjacent)


def test_a_batch_of_disjoint_graphs_equals_the_graphs_one_by_one(edges):
    import torch

    graph = build_graph(planted([3, 4])[0])
    rows = standardised_rows(graph.replicate_similarity, scale_of(graph.similarity))
    network = build_network(7, HEADS, UNITS, n_seeds=1, seed=0)
    together = embed(network, edges).view(-1, 7, HEADS * UNITS)
    for place, expected in enumerate(together):
        part = slice(place, place + 1)
        alone = batch_graphs(
            rows[part],
            graph.replicate_similarity[part],
            graph.replicate_adjacent[part],
        )
        torch.testing.assert_close(embed(network, alone)[:, 0], expected)


def train_some(network, edges, n_steps=5):
    import torch

    optimiser = torch.optim.SGD(network.parameters(), lr=1e-2)  # Adam would blow up rounding
    for _ in range(n_steps):
        optimiser.zero_grad()
        points = embed(network, edges)
        (points[:, :, 0].sum() + attend(network, edges)[1].square().sum()).backward()
        optimiser.step()


def test_seeds_side_by_side_train_as_if_each_stood_alone(edges):
    import torch

    network = build_network(7, HEADS, UNITS, n_seeds=3, seed=0)
    alone = [only_seed(network, seed) for seed in range(3)]
    train_some(network, edges)
    for seed, single in enumerate(alone):
        train_some(single, edges)
        torch.testing.assert_close(embed(single, edges)[:, 0], embed(network, edges)[:, seed])
        torch.testing.assert_close(
            attend(single, edges)[1][:, 0], attend(network, edges)[1][:, seed]
        )


def test_seeds_differ():
    network = build_network(7, HEADS, UNITS, n_seeds=2, seed=0)
    first, second = (only_seed(network, seed).first.lin_l.weight for seed in range(2))
    assert not np.allclose(first.detach(), second.detach())


def test_hidden_pairs_are_a_fifth_and_symmetric():
    hidden = _hide(12, seed=0)
    np.testing.assert_array_equal(hidden, hidden.T)
    assert hidden.sum() == 2 * int(0.2 * 66)
    assert not hidden.diagonal().any()
    assert not _hide(4, seed=0).any()
