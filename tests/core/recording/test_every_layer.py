"""Layers of every kind, as people put them together: a recording is the plain loop's, to rounding.

Double precision, dropout and norms of weights as they are in training; the loop goes back through
the very graph that was observed.
"""

from collections import OrderedDict

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from core.landscape.trunks.parameters import choose_parameters
from core.recording import record_landscape
from tests.core.landscape.modules import MODULES, make_module
from tests.core.recording.models import TASKS, heads, losses_of, plain_gradients, plain_sums

N = 6


class Packed(nn.Module):
    """Series of different lengths, two layers both ways with dropout, the last states."""

    def __init__(self, layer=nn.GRU):
        super().__init__()
        self.memory = layer(3, 4, 2, dropout=0.3, bidirectional=True)

    def forward(self, x):
        x = x.reshape(N, 4, 3).transpose(0, 1)
        length = torch.tensor([4, 2, 3, 1, 4, 2])
        out, _ = self.memory(pack_padded_sequence(x, length, enforce_sorted=False))
        out, length = pad_packed_sequence(out)
        return out.sum(0) / length.unsqueeze(1)


class States(nn.Module):
    """A state that is given, and the last one that is used."""

    def __init__(self):
        super().__init__()
        self.first, self.memory = nn.Linear(12, 5), nn.LSTM(3, 5, batch_first=True)

    def forward(self, x):
        start = self.first(x).tanh().unsqueeze(0)
        _, (hidden, memory) = self.memory(x.reshape(N, 4, 3), (start, start * 2))
        return (hidden * memory)[0]


class Translator(nn.Module):
    """Encoder and decoder with dropout, masks, and positions that all samples share."""

    def __init__(self):
        super().__init__()
        self.first, self.place = nn.Linear(3, 4), nn.Parameter(torch.randn(4, 4), False)
        self.encoder = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(4, 2, 6, 0.2, batch_first=True, norm_first=True),
            2,
            enable_nested_tensor=False,
        )
        self.decoder = nn.TransformerDecoderLayer(4, 2, 6, batch_first=True, dropout=0.2)

    def forward(self, x):
        tokens = self.first(x.reshape(N, 4, 3)) + self.place
        seen = self.encoder(tokens, mask=nn.Transformer.generate_square_subsequent_mask(4).to(x))
        return self.decoder(tokens[:, :2], seen)[:, -1]


class Video(nn.Module):
    """Frames of a sample side by side in one axis, through convolutions and norms."""

    def __init__(self):
        super().__init__()
        self.look = nn.Sequential(
            nn.Conv2d(1, 3, 2, padding=1),
            nn.GroupNorm(3, 3),
            nn.ReLU(),
            nn.Conv2d(3, 3, 2, groups=3),
        )
        self.norm, self.memory = nn.LayerNorm(3), nn.GRU(3, 4)

    def forward(self, x):
        frames = self.look(x.reshape(N * 3, 1, 2, 2)).mean((2, 3))
        return self.memory(self.norm(frames).reshape(N, 3, 3).transpose(0, 1))[1][0]


class Old(nn.Module):
    """Norms of weights by hooks, as they were made before parametrizations."""

    def __init__(self):
        super().__init__()
        from torch.nn.utils import spectral_norm

        self.one = spectral_norm(nn.Linear(12, 6))
        self.two = nn.utils.parametrizations.spectral_norm(nn.Linear(6, 5))

    def forward(self, x):
        return self.two(self.one(x).tanh())


class Loose(nn.Module):
    """Weights in lists and dicts, read by functions; one module that others read."""

    def __init__(self):
        super().__init__()
        self.kept = nn.ParameterDict({"up": nn.Parameter(torch.randn(12, 6))})
        self.list = nn.ParameterList([nn.Parameter(torch.randn(6, 6)) for _ in range(2)])
        self.sly = nn.Linear(6, 6)

    def forward(self, x):
        x = (x @ self.kept["up"]).tanh()
        for weight in self.list:
            x = x + (x @ weight).tanh()
        return self.sly(x).tanh() @ self.sly.weight


class Twins(nn.Module):
    """Two linear maps with one weight, two embeddings with another."""

    def __init__(self):
        super().__init__()
        self.one, self.two = nn.Linear(6, 6), nn.Linear(6, 6)
        self.two.weight = self.one.weight
        self.words, self.others = nn.Embedding(9, 6), nn.Embedding(9, 6)
        self.others.weight = self.words.weight

    def forward(self, x):
        tokens = (x.abs() * 10).long() % 9
        x = self.words(tokens[:, :4]).mean(1) + self.others(tokens[:, 4:]).sum(1)
        return self.two(self.one(x).tanh())


class Language(nn.Module):
    """Words and what is said of them share a weight; a sentence is read by its last word."""

    def __init__(self):
        super().__init__()
        self.words, self.out = nn.Embedding(9, 4), nn.Linear(4, 9, bias=False)
        self.block = nn.TransformerEncoderLayer(4, 2, 8, 0.0, batch_first=True)
        self.out.weight = self.words.weight

    def forward(self, x):
        return self.out(self.block(self.words((x.abs() * 10).long() % 9))[:, -1])


class Unlike(nn.Module):
    """A fused layer inside a module with a weight of its own: nothing here can be vectorised."""

    def __init__(self):
        super().__init__()
        self.memory, self.own = nn.GRU(3, 4, batch_first=True), nn.Parameter(torch.randn(4, 4))

    def forward(self, x):
        return self.memory(x.reshape(-1, 4, 3))[0][:, -1] @ self.own


class Named(OrderedDict):
    """What a module gives out, by name, as language models do."""


class Answers(nn.Module):
    """Takes its inputs by name; its outputs are made of one another, one of a weight in the open."""

    def __init__(self):
        super().__init__()
        self.memory, self.own = nn.GRU(3, 4, batch_first=True), nn.Parameter(torch.randn(4, 4))

    def forward(self, numbers=None, seen=None):
        steps = self.memory(numbers.reshape(-1, 4, 3))[0] * seen.unsqueeze(2) @ self.own
        return Named(steps=steps, pooled=steps.mean(1).tanh())


class Asked(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = Answers()

    def forward(self, x):
        found = self.inner(numbers=x, seen=torch.ones(len(x), 4).to(x))
        return found["pooled"] * found["steps"][:, -1]


OWN = {
    "answers by name": Asked,
    "packed gru": Packed,
    "packed lstm": lambda: Packed(nn.LSTM),
    "given states": States,
    "encoder and decoder": Translator,
    "video": Video,
    "older norms": Old,
    "loose": Loose,
    "twins": Twins,
    "language": Language,
    "unlike": Unlike,
}
KEY_BIASES = (
    "attention",
    "encoder",
    "crossed attention",
    "encoder and decoder",
    "language",
    "video",
)
"""The gradient of a key's bias, or of one before a norm, is 0: the sign of its rounding says nothing."""


def make(name):
    if name in MODULES:
        return make_module(name)
    torch.manual_seed(4)
    return OWN[name]().double()


@pytest.mark.parametrize("parameters", [(), ("*",)], ids=["weights", "everything"])
@pytest.mark.parametrize("name", [*(name for name in MODULES if name != "batch norm"), *OWN])
def test_a_recording_is_the_plain_loop(name, parameters):
    trunk = make(name).train()
    named = [trunk.get_parameter(own) for own in choose_parameters(trunk, parameters)]
    weights = [weight for weight in named if weight.requires_grad]
    x = torch.randn(N, 12, generator=torch.Generator().manual_seed(8)).double()
    labels = torch.randn(N, 3, generator=torch.Generator().manual_seed(9)).double()
    labels[2, 0] = labels[3, 1] = labels[4, 2] = torch.nan
    buffers = {key: part.clone() for key, part in trunk.named_buffers()}
    with record_landscape(trunk, TASKS, parameters=parameters) as recorder:
        before = torch.get_rng_state()
        features = trunk(x)
        buffers |= {key: part.clone() for key, part in trunk.named_buffers()}
        after = torch.get_rng_state()
        head = heads(features.shape[1]).double()
        recorder.observe(losses_of(features, head, labels))
    assert torch.equal(torch.get_rng_state(), after) or not torch.equal(before, after)
    assert all(torch.equal(part, buffers[key]) for key, part in trunk.named_buffers())
    assert all(part.grad is None for part in trunk.parameters())
    expected = plain_sums(plain_gradients(lambda: features, head, labels, weights))
    found = recorder.landscape()
    for key, want in expected.items():
        if key == "opposite" and parameters and name in KEY_BIASES:
            continue
        got = getattr(found.sums, key).sum(axis=0)
        np.testing.assert_allclose(got, want, rtol=1e-8, atol=1e-8 * np.abs(want).max())
    assert np.isfinite(found.points.sketch).all()
