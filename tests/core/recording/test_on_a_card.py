"""A model on a GPU is recorded there: the sums of the CPU, few waits, its chance left alone."""

import copy
from collections import Counter

import numpy as np
import pytest
import torch
from torch import nn

from core.errors import MethodError
from core.recording import record_landscape
from core.recording.recorder import Recorder
from tests.card import Card
from tests.core.recording.models import CNN, TASKS, LoRA, OddTrunk, Transformer, heads, losses_of
from tests.core.recording.test_real_loops import LABELS, Reader, X, make
from tests.core.recording.test_same_as_plain_loop import graphs, images, sentences, vectors

N = 7
CASES = {
    "images": (CNN, images, ("*",)),
    "sentences": (Transformer, sentences, ()),
    "adapters": (lambda: Transformer(LoRA, freeze=True), sentences, ()),
    "a weight of its own": (OddTrunk, vectors, ()),
}


def labels_of(n):
    labels = torch.randn(n, 3, generator=torch.Generator().manual_seed(2))
    labels[::3, 1] = labels[1, 0] = torch.nan
    return labels


def record(device, make_trunk, fed, parameters=(), n=N, **settings):
    torch.manual_seed(3)
    trunk, fed = make_trunk().to(device), [part.to(device) for part in fed]
    recorder = Recorder(trunk, TASKS, parameters, n_blocks=4)
    for _ in range(2):
        features = trunk(*fed)
        head = heads(features.shape[1]).to(device)
        recorder.observe(losses_of(features, head, labels_of(n).to(device)), **settings)
    recorder.close()
    return recorder.landscape()


def assert_alike(one, other):
    for name, values in one._items():
        if isinstance(values, np.ndarray):
            np.testing.assert_allclose(getattr(other, name), values, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_a_recording_on_a_card_is_that_on_the_cpu(case):
    make_trunk, inputs, parameters = CASES[case]
    fed = [part[:N] for part in inputs()]
    expected = record("cpu", make_trunk, fed, parameters)
    with Card() as card:
        found = record("cuda", make_trunk, fed, parameters)
    assert_alike(expected.sums, found.sums)
    assert_alike(expected.points, found.points)
    assert card.peak > 0


def test_graphs_on_a_card():
    from tests.core.recording.models import GNN

    fed = graphs([3, 4, 6, 3, 5, 4, 7])
    expected = record("cpu", GNN, fed, rows=fed[2])
    with Card():
        found = record("cuda", GNN, fed, rows=fed[2].to("cuda"))
    assert_alike(expected.sums, found.sums)


def test_a_batch_waits_as_often_for_many_layers_and_tasks_as_for_few():
    def waits(depth, tasks):
        layers = [part for _ in range(depth) for part in (nn.Linear(6, 6), nn.Tanh())]
        with Card() as card:
            trunk, head = nn.Sequential(*layers).to("cuda"), nn.Linear(6, tasks).to("cuda")
            recorder = Recorder(trunk, [f"t{k}" for k in range(tasks)], n_blocks=4)
            x = torch.randn(12, 6).to("cuda")
            for _ in range(2):  # the first shows that samples are apart
                before = len(card.waits)
                squares = head(trunk(x)).square()
                recorder.observe({f"t{k}": squares[:, k] for k in range(tasks)})
            return Counter(what for what, _ in card.waits[before:])

    assert waits(2, 2) == waits(6, 5)


def test_distances_are_not_rounded_where_the_loop_rounds(lax):
    with Card() as card:
        trunk, head = CNN().to("cuda"), heads(5).to("cuda")
        recorder = Recorder(trunk, TASKS, n_blocks=4)
        losses = losses_of(trunk(images()[0].to("cuda")), head, labels_of(9).to("cuda"))
        n_before = len(card.rounded)
        recorder.observe(losses)
    assert n_before > 0
    assert len(card.rounded) == n_before


@pytest.mark.filterwarnings("ignore:PyTorch was compiled without cuDNN")
def test_training_with_dropout_on_a_card_is_bit_identical_with_a_recorder():
    def train(trunk, observe):
        torch.manual_seed(5)
        head = heads(5).to("cuda")
        optimiser = torch.optim.SGD([*trunk.parameters(), *head.parameters()], lr=0.01)
        for _ in range(3):
            losses = losses_of(trunk(X.to("cuda")), head, LABELS.to("cuda"))
            observe(losses)
            optimiser.zero_grad()
            sum(loss.mean() for loss in losses.values()).backward()
            optimiser.step()
        return [*(part.detach().cpu() for part in trunk.parameters()), torch.cuda.get_rng_state()]

    with Card():
        trunk = make(Reader).train().to("cuda")
        twin = copy.deepcopy(trunk)
        alone = train(trunk, lambda losses: None)
        with record_landscape(twin, TASKS) as recorder:
            watched = train(twin, recorder.observe)
        assert all(torch.equal(a, b) for a, b in zip(alone, watched, strict=True))
        assert recorder.n_rows == 3 * len(X)


def test_losses_that_left_the_card_are_named():
    with Card():
        trunk = nn.Linear(6, 5).to("cuda")
        with record_landscape(trunk, TASKS) as recorder:
            features = trunk(torch.randn(N, 6).to("cuda")).cpu()
            losses = losses_of(features, heads(5), labels_of(N))
            with pytest.raises(MethodError, match="loss of 'a' is on cpu and the trunk on cuda:0"):
                recorder.observe(losses)
