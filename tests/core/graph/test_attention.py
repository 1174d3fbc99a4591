"""A layer of graph attention against PyTorch Geometric's, and against what it must not depend on."""

import numpy as np
import pytest
import torch
from torch_geometric.nn.conv.gatv2_conv import GATv2Conv

from core.graph.attention import Attention
from core.graph.batch import batch_graphs

N_INPUTS, HEADS, SIZE = 5, 3, 4
NAMES = {
    "source": "lin_l.weight",
    "target": "lin_r.weight",
    "residual": "res.weight",
    "edge": "lin_edge.weight",
    "score": "att",
    "source_bias": "lin_l.bias",
    "target_bias": "lin_r.bias",
    "bias": "bias",
}


def draw_graphs(n_graphs=3, n_tasks=6, seed=0):
    rng = np.random.default_rng(seed)
    similarity = rng.random((n_graphs, n_tasks, n_tasks))
    linked = rng.random((n_graphs, n_tasks, n_tasks)) < 0.4
    linked |= linked.swapaxes(1, 2)
    linked[:, np.arange(n_tasks), np.arange(n_tasks)] = False
    linked[0, 2], linked[0, :, 2] = False, False  # a task without a neighbour
    return rng.normal(size=(n_graphs, n_tasks, N_INPUTS)), similarity, linked


def draw_layer(seed=0):
    generator = torch.Generator().manual_seed(seed)
    units = HEADS * SIZE
    matrices = (torch.randn(units, N_INPUTS, generator=generator) for _ in range(3))
    edge = torch.randn(units, 1, generator=generator)
    score = torch.randn(HEADS, SIZE, generator=generator)
    biases = (torch.randn(units, generator=generator) for _ in range(3))
    layer = Attention(*matrices, edge, score, *biases)
    for one in layer.parameters().values():
        one.requires_grad_()
    return layer


def same_layer(layer):
    theirs = GATv2Conv(N_INPUTS, SIZE, HEADS, edge_dim=1, fill_value=1.0, residual=True)
    for name, parameter in layer.parameters().items():
        own = theirs.get_parameter(NAMES[name])
        own.data = parameter.detach().clone().view_as(own)
    return theirs


@pytest.fixture
def edges():
    return batch_graphs(*draw_graphs())


def without_loops(edges):
    index = edges.index[:, : -len(edges.features)]
    return index, edges.weight[: index.shape[1]]


def test_points_and_attention_are_those_of_pytorch_geometric(edges):
    layer = draw_layer()
    expected, (index, share) = same_layer(layer)(edges.features, *without_loops(edges), True)
    torch.testing.assert_close(layer(edges.features, edges), expected, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(index, edges.index)
    torch.testing.assert_close(layer.attend(edges.features, edges)[1], share, rtol=1e-5, atol=1e-6)


def test_gradients_are_those_of_pytorch_geometric(edges):
    layer = draw_layer(1)
    theirs = same_layer(layer)
    layer(edges.features, edges).sin().sum().backward()
    theirs(edges.features, *without_loops(edges)).sin().sum().backward()
    for name, parameter in layer.parameters().items():
        expected = theirs.get_parameter(NAMES[name]).grad.view_as(parameter)
        torch.testing.assert_close(parameter.grad, expected, rtol=1e-4, atol=1e-4)


def test_attention_of_all_that_a_node_reads_adds_up_to_one(edges):
    share = draw_layer().attend(edges.features, edges)[1]
    total = torch.zeros(len(edges.features), HEADS).index_add(0, edges.index[1], share)
    torch.testing.assert_close(total, torch.ones_like(total))


def test_a_node_without_a_neighbour_reads_itself():
    layer, edges = draw_layer(), batch_graphs(*draw_graphs())
    alone = batch_graphs(np.zeros((1, 1, N_INPUTS)), np.ones((1, 1, 1)), np.zeros((1, 1, 1), bool))
    alone.features[0] = edges.features[2]
    torch.testing.assert_close(layer(edges.features, edges)[2:3], layer(alone.features, alone))


def test_enormous_scores_stay_finite(edges):
    layer = draw_layer()
    layer.score.data *= 1e6
    assert layer(edges.features, edges).isfinite().all()
