"""Small models of every kind, and the plain loop that a recording is held against."""

import numpy as np
import torch
from torch import nn

TASKS = ("a", "b", "c")


def mlp():
    return nn.Sequential(nn.Linear(6, 8), nn.ReLU(inplace=True), nn.Linear(8, 5), nn.Tanh())


class CNN(nn.Module):
    """A convolution in two strides, one in groups, an activation in place, pooling."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(2, 4, 3, stride=2, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(4, 4, 3, groups=2),
            nn.GroupNorm(2, 4),
            nn.ReLU(inplace=True),
        )
        self.out = nn.Linear(4, 5)

    def forward(self, x):
        return self.out(self.layers(x).mean((2, 3)))


class LoRA(nn.Module):
    """A frozen linear map with an adapter of low rank."""

    def __init__(self, base, rank=2):
        super().__init__()
        self.base = base.requires_grad_(False)
        self.down = nn.Linear(base.in_features, rank, bias=False)
        self.up = nn.Linear(rank, base.out_features, bias=False)

    def forward(self, x):
        return self.base(x) + self.up(self.down(x))


class Attention(nn.Module):
    def __init__(self, width, wrap):
        super().__init__()
        self.q, self.k, self.v, self.o = (wrap(nn.Linear(width, width)) for _ in range(4))

    def forward(self, x):
        q, k, v = self.q(x), self.k(x), self.v(x)
        return self.o(nn.functional.scaled_dot_product_attention(q, k, v))


class Transformer(nn.Module):
    """Two blocks that share their feed-forward part (called twice), the step first on demand."""

    def __init__(self, wrap=lambda layer: layer, width=6, step_first=False, freeze=False):
        super().__init__()
        self.embed = nn.Embedding(11, width, padding_idx=0)
        self.blocks = nn.ModuleList(Attention(width, wrap) for _ in range(2))
        self.norm = nn.LayerNorm(width)
        self.feed = nn.Sequential(
            wrap(nn.Linear(width, 2 * width)), nn.GELU(), nn.Linear(2 * width, width)
        )
        self.step_first = step_first
        if freeze:
            for name, weight in self.named_parameters():
                weight.requires_grad_("down" in name or "up" in name)

    def forward(self, tokens):
        x = self.embed(tokens)
        for block in self.blocks:
            x = x + block(self.norm(x))
            if self.step_first:
                x = x + self.feed(x.transpose(0, 1)).transpose(0, 1)
            else:
                x = x + self.feed(x.reshape(-1, x.shape[-1])).reshape(x.shape)
        return x.mean(1)


class Odd(nn.Module):
    """A module with a weight of its own that no short cut is known for."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(6, 5, bias=False)
        self.scale = nn.Parameter(torch.randn(5, 5))

    def forward(self, x):
        return torch.tanh(self.first(x)) @ self.scale.exp()


class OddTrunk(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = Odd()

    def forward(self, x):
        return self.inner(x)


class GNN(nn.Module):
    """Two graph convolutions and mean pooling by the batch vector."""

    def __init__(self):
        from torch_geometric.nn import GCNConv, SAGEConv

        super().__init__()
        self.first, self.second = GCNConv(6, 7), SAGEConv(7, 5)

    def forward(self, x, edges, batch):
        from torch_geometric.nn import global_mean_pool

        x = torch.relu(self.first(x, edges))
        return global_mean_pool(self.second(x, edges), batch)


def heads(width, seed=5):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return nn.ModuleDict({name: nn.Linear(width, 1) for name in TASKS})


def losses_of(features, head, labels):
    """[batch] a task: a squared error, a logistic loss and a quartic one; NaN where missing."""
    found = {}
    for number, name in enumerate(TASKS):
        z, y = head[name](features)[:, 0], labels[:, number]
        if number == 1:
            found[name] = (
                nn.functional.binary_cross_entropy_with_logits(
                    z, (y > 0).to(z.dtype), reduction="none"
                )
                + 0 * y
            )
        else:
            found[name] = (z - y) ** (2 if number == 0 else 4)
    return found


def plain_gradients(forward, head, labels, weights):
    """[sample, task, weight] by one backward pass a sample and task; NaN where a label is missing."""
    losses = losses_of(forward(), head, labels)
    n, rows = len(labels), []
    for name in TASKS:
        for sample in range(n):
            if torch.isnan(losses[name][sample]):
                rows.append(torch.full((sum(w.numel() for w in weights),), torch.nan))
                continue
            back = torch.autograd.grad(
                losses[name][sample], weights, retain_graph=True, allow_unused=True
            )
            flat = [
                torch.zeros_like(w) if g is None else g for g, w in zip(back, weights, strict=True)
            ]
            if any(torch.isnan(g).any() for g in flat):  # 0 · NaN of other samples
                alone = losses_of(forward(), head, torch.where(torch.isnan(labels), 0.0, labels))
                back = torch.autograd.grad(
                    alone[name][sample], weights, retain_graph=True, allow_unused=True
                )
                flat = [
                    torch.zeros_like(w) if g is None else g
                    for g, w in zip(back, weights, strict=True)
                ]
            rows.append(torch.cat([g.flatten() for g in flat]))
    return torch.stack(rows).reshape(len(TASKS), n, -1).transpose(0, 1).detach().double().numpy()


def plain_sums(gradients):
    """The pair sums of METHODS §1 and §2, written out."""
    _n, n_tasks, _ = gradients.shape
    sums = {
        key: np.zeros((n_tasks, n_tasks))
        for key in ("count", "distance", "mass", "abs_cosine", "cosine", "opposite")
    }
    for each in gradients:
        known = ~np.isnan(each).any(axis=1)
        movable = max((np.where(known[:, None], each, 0) != 0).any(axis=0).sum(), 1)
        for s in range(n_tasks):
            for t in range(n_tasks):
                if not (known[s] and known[t]):
                    continue
                a, b = each[s], each[t]
                size = np.linalg.norm(a) * np.linalg.norm(b)
                cosine = 1.0 if s == t else (a @ b / size if size else 0.0)
                sums["count"][s, t] += 1
                sums["distance"][s, t] += np.abs(a - b).sum()
                sums["mass"][s, t] += np.abs(a).sum() + np.abs(b).sum()
                sums["cosine"][s, t] += cosine
                sums["abs_cosine"][s, t] += abs(cosine)
                agree = 1.0 if s == t else np.sign(a) @ np.sign(b) / movable
                sums["opposite"][s, t] += (1 - agree) / 2
    total = np.nansum(gradients, axis=0)
    return sums | {"mean_product": total @ total.T}
