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


class Series(nn.Module):
    """A recurrent layer over four steps of 3 numbers; what it gives last."""

    def __init__(self, layer):
        super().__init__()
        self.memory = layer

    def forward(self, x):
        out, _ = self.memory(x.reshape(len(x), 4, 3))
        return out[:, -1]


class Cells(nn.Module):
    """A cell called at every step."""

    def __init__(self, cell):
        super().__init__()
        self.cell = cell

    def forward(self, x):
        state = None
        for step in x.reshape(len(x), 4, 3).unbind(1):
            state = self.cell(step, state)
        return state[0] if isinstance(state, tuple) else state


class Crossed(nn.Module):
    """Keys and values of other widths, a padding mask and a causal one."""

    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(4, 2, kdim=2, vdim=3)
        self.own = nn.Parameter(torch.randn(4, 2))

    def forward(self, x):
        x = x.reshape(len(x), 3, 4).transpose(0, 1)
        hidden = x[:, :, 0].T > 1.5
        hidden = hidden & ~hidden.all(1, keepdim=True)
        future = torch.ones(3, 3, dtype=torch.bool, device=x.device).triu(1)
        out, weights = self.attention(
            x, x @ self.own, x[..., :3], key_padding_mask=hidden, attn_mask=future
        )
        return torch.cat([out.mean(0), weights.nan_to_num().flatten(1)], 1)


class TwoSides(nn.Module):
    """A bilinear form of the halves of a row, a bag of tokens, a weight of its own."""

    def __init__(self):
        super().__init__()
        self.both = nn.Bilinear(6, 6, 4)
        self.bag = nn.EmbeddingBag(7, 4, mode="mean")
        self.own = nn.Parameter(torch.randn(4, 4))

    def forward(self, x):
        tokens = (x[:, :5].abs() * 10).long() % 7
        return (self.both(x[:, :6], x[:, 6:]) + self.bag(tokens)) @ self.own


class Tied(nn.Module):
    """One weight for tokens on their way in and for what comes out."""

    def __init__(self):
        super().__init__()
        self.words, self.out = nn.Embedding(7, 4), nn.Linear(4, 7, bias=False)
        self.out.weight = self.words.weight

    def forward(self, x):
        return self.out(self.words((x.abs() * 10).long() % 7).tanh().mean(1))


class Adapted(nn.Module):
    """A frozen map with a low-rank adapter, named as the `peft` package names its own."""

    def __init__(self):
        super().__init__()
        self.base_layer = nn.Linear(12, 6).requires_grad_(False)
        self.lora_A = nn.ModuleDict({"default": nn.Linear(12, 2, bias=False)})
        self.lora_B = nn.ModuleDict({"default": nn.Linear(2, 6, bias=False)})
        self.scaling = {"default": 2.0}

    def forward(self, x):
        low = self.lora_B["default"](self.lora_A["default"](x))
        return self.base_layer(x) + self.scaling["default"] * low


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
    "spectral norm": lambda: nn.utils.parametrizations.spectral_norm(nn.Linear(12, 6)),
    "lstm": lambda: Series(nn.LSTM(3, 5, 2, dropout=0.4, batch_first=True)),
    "both ways": lambda: Series(nn.LSTM(3, 4, bidirectional=True, proj_size=2, batch_first=True)),
    "gru": lambda: Series(nn.GRU(3, 5, batch_first=True)),
    "rnn": lambda: Series(nn.RNN(3, 5, 2, nonlinearity="relu", bias=False, batch_first=True)),
    "lstm cell": lambda: Cells(nn.LSTMCell(3, 5)),
    "gru cell": lambda: Cells(nn.GRUCell(3, 5)),
    "crossed attention": Crossed,
    "two sides": TwoSides,
    "tied": Tied,
    "adapter": Adapted,
    "back to an image": lambda: nn.Sequential(
        Seen(3, 2, 2), nn.ConvTranspose2d(3, 2, 2), nn.Tanh(), nn.Flatten()
    ),
    "volume": lambda: nn.Sequential(
        Seen(1, 2, 2, 3), nn.Conv3d(1, 3, 2, dilation=(1, 1, 2)), nn.Flatten(), nn.RMSNorm(3)
    ),
    "depthwise": lambda: nn.Sequential(
        Seen(2, 6), nn.Conv1d(2, 4, 3, 2, 2, dilation=2, groups=2), nn.SiLU(), nn.Flatten()
    ),
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
