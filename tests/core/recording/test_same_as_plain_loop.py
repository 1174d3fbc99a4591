"""A recording is what a plain loop over samples and tasks finds, whatever the model is made of."""

import numpy as np
import pytest
import torch

from core.landscape.trunks.parameters import choose_parameters
from core.recording import record_landscape
from tests.core.recording.models import (
    CNN,
    GNN,
    TASKS,
    LoRA,
    OddTrunk,
    Transformer,
    heads,
    losses_of,
    mlp,
    plain_gradients,
    plain_sums,
)


def graphs(sizes, seed=0):
    """Rings of these sizes, side by side."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(sum(sizes), 6, generator=generator)
    batch = torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(sizes))
    edges, start = [], 0
    for size in sizes:
        ring = torch.arange(size)
        pair = torch.stack([ring, (ring + 1) % size]) + start
        edges += [pair, pair.flip(0)]
        start += size
    return x, torch.cat(edges, dim=1), batch


def vectors(n=13):
    return (torch.randn(n, 6, generator=torch.Generator().manual_seed(1)),)


def images(n=9):
    return (torch.randn(n, 2, 8, 8, generator=torch.Generator().manual_seed(1)),)


def sentences(n=8):
    return (torch.randint(0, 11, (n, 5), generator=torch.Generator().manual_seed(1)),)


CASES = {
    "mlp": (mlp, vectors, {}),
    "mlp with biases": (mlp, vectors, {"parameters": ["*"]}),
    "one layer of an mlp": (mlp, vectors, {"parameters": ["2.weight"]}),
    "cnn with groups": (CNN, images, {}),
    "cnn with norms and biases": (CNN, images, {"parameters": ["*"]}),
    "transformer": (Transformer, sentences, {}),
    "transformer, step first": (lambda: Transformer(step_first=True), sentences, {}),
    "transformer with adapters": (lambda: Transformer(LoRA, freeze=True), sentences, {}),
    "a weight of its own": (OddTrunk, vectors, {}),
    "graphs": (GNN, lambda: graphs([3, 4, 6, 3, 5, 4, 7]), {}),
}


@pytest.fixture(params=CASES, ids=str)
def case(request):
    make, inputs, settings = CASES[request.param]
    torch.manual_seed(3)
    trunk = make()
    fed = inputs()
    n = 7 if request.param == "graphs" else len(fed[0])
    labels = torch.randn(n, 3)
    labels[2, 0] = labels[3, 1] = labels[4, 2] = labels[4, 1] = torch.nan
    return trunk, fed, labels, settings


def record(trunk, fed, labels, settings, parts=3):
    head = heads(trunk(*fed).shape[1])
    with record_landscape(trunk, TASKS, **settings) as recorder:
        if len(fed) == 3:  # graphs go in one batch
            recorder.observe(losses_of(trunk(*fed), head, labels), rows=fed[2])
        else:
            for rows in torch.arange(len(labels)).tensor_split(parts):
                recorder.observe(losses_of(trunk(fed[0][rows]), head, labels[rows]))
        return recorder.landscape(), head


def test_sums_are_those_of_a_plain_loop(case):
    trunk, fed, labels, settings = case
    found, head = record(*case)
    names = choose_parameters(trunk, settings.get("parameters", ()))
    weights = [trunk.get_parameter(name) for name in names]
    expected = plain_sums(plain_gradients(lambda: trunk(*fed), head, labels, weights))
    for name, want in expected.items():
        got = getattr(found.sums, name).sum(axis=0)
        np.testing.assert_allclose(
            got, want, rtol=1e-5, atol=1e-5 * np.abs(want).max(), err_msg=name
        )
    assert found.n_samples == len(labels)
    assert [task.n_labelled for task in found.tasks] == np.diagonal(expected["count"]).tolist()


def test_sketches_keep_the_shape_of_the_displacements(case):
    trunk, fed, labels, settings = case
    found, head = record(*case)
    names = choose_parameters(trunk, settings.get("parameters", ()))
    weights = [trunk.get_parameter(name) for name in names]
    gradients = plain_gradients(lambda: trunk(*fed), head, labels, weights)
    points = found.points
    assert points.n_total == len(points.task) == int((~torch.isnan(labels)).sum())
    lengths = np.linalg.norm(gradients[points.sample, points.task], axis=1)
    ratio = np.linalg.norm(points.sketch, axis=1) / lengths
    assert 0.3 < np.median(ratio) < 2.0
    for task in range(3):  # with one output all pulls of a row are multiples: signs must agree
        assert np.isfinite(points.loss[points.task == task]).all()


def test_a_sketch_is_downhill():
    """Two tasks of opposite labels on one linear layer: opposite sketches, as their pulls are."""
    trunk = torch.nn.Linear(4, 3, bias=False)
    x = torch.randn(6, 4)
    with record_landscape(trunk, ["up", "down"]) as recorder:
        z = trunk(x).sum(1)
        recorder.observe({"up": z, "down": -z})
        points = recorder.landscape().points
    np.testing.assert_allclose(points.sketch[:6], -points.sketch[6:], atol=1e-6)


def test_many_small_batches_are_one(case):
    _trunk, fed, labels, _settings = case
    if len(fed) == 3:
        pytest.skip("graphs go in one batch")
    one, _ = record(*case, parts=1)
    many, _ = record(*case, parts=len(labels))
    for name in ("count", "distance", "abs_cosine", "mean_product"):
        np.testing.assert_allclose(
            getattr(many.sums, name), getattr(one.sums, name), rtol=1e-4, atol=1e-5
        )
