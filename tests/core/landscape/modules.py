"""Modules of many makes, to be measured as trunks: each maps [row, 12] to [row, width]."""

import torch
from torch import nn

N_INPUTS = 12


class Seen(nn.Module):
    """Reshapes the rows."""

    def __init__(self, *shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        return x.reshape(len(x), *self.shape)


class Tokens(nn.Module):
    """Three tokens of 4 numbers through attention, two norms and a residual."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, 8)
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.norm = nn.LayerNorm(8)
        self.last = nn.Linear(8, 5)

    def forward(self, x):
        tokens = self.first(x.reshape(len(x), 3, 4))
        mixed, _ = self.attention(tokens, tokens, tokens)
        return self.last(self.norm(tokens + mixed)).mean(1)


class Twice(nn.Module):
    """One layer called twice, and a weight that is also used behind the layer's back."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(12, 6, bias=False)
        self.again = nn.Linear(6, 6)
        self.sly = nn.Linear(6, 6, bias=False)

    def forward(self, x):
        h = torch.tanh(self.again(torch.tanh(self.again(self.first(x)))))
        return self.sly(h) + nn.functional.linear(h * h, self.sly.weight)


MODULES = {
    "linear": lambda: nn.Linear(12, 6, bias=False),
    "biases": lambda: nn.Sequential(nn.Linear(12, 9), nn.ReLU(), nn.Linear(9, 6), nn.Tanh()),
    "in place": lambda: nn.Sequential(
        nn.Linear(12, 9), nn.ReLU(inplace=True), nn.Linear(9, 6), nn.ReLU(inplace=True)
    ),
    "batch norm": lambda: nn.Sequential(
        nn.Linear(12, 9), nn.BatchNorm1d(9), nn.ReLU(), nn.Dropout(0.5), nn.Linear(9, 6)
    ),
    "convolution": lambda: nn.Sequential(
        Seen(1, 3, 4),
        nn.Conv2d(1, 3, 3, 2, 1),
        nn.ReLU(),
        nn.Conv2d(3, 2, (1, 2)),
        nn.Flatten(),
        nn.Linear(4, 5),
    ),
    "same padding": lambda: nn.Sequential(
        Seen(2, 6), nn.Conv1d(2, 4, 2, padding="same", dilation=2), nn.GELU(), nn.Flatten()
    ),
    "groups": lambda: nn.Sequential(
        Seen(2, 6), nn.Conv1d(2, 4, 3, groups=2), nn.GroupNorm(2, 4), nn.ReLU(), nn.Flatten()
    ),
    "attention": Tokens,
    "encoder": lambda: nn.Sequential(
        Seen(3, 4), nn.TransformerEncoderLayer(4, 2, 6, batch_first=True), nn.Flatten()
    ),
    "twice": Twice,
    "weight norm": lambda: nn.utils.parametrizations.weight_norm(nn.Linear(12, 6)),
    "steps": lambda: nn.Sequential(Seen(3, 4), nn.Linear(4, 5), nn.ReLU(), nn.Flatten()),
}


def make_module(name, seed=0):
    """A module with numbers of its own everywhere, norm layers included, in double precision."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        module = MODULES[name]().double()
        for part in (*module.parameters(), *module.buffers()):
            if part.is_floating_point():
                part.data.add_(0.3 * torch.rand_like(part))
    return module
