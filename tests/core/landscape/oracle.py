"""The plain way: one backward pass a (sample, task), whole gradients stored."""

import numpy as np
import torch
from torch.nn import functional

from core.values import Kind


def loss_of(task, logits, value):
    if task.kind is Kind.BINARY:
        return functional.binary_cross_entropy_with_logits(logits[0], value)
    if task.kind is Kind.REGRESSION:
        return 0.5 * (logits[0] - value) ** 2
    if task.kind is Kind.TIME_TO_EVENT:
        loss = 0.0 * logits.sum()
        for interval in range(int(value.abs())):
            happened = float(value > 0 and interval == int(value.abs()) - 1)
            loss = loss + functional.binary_cross_entropy_with_logits(
                logits[interval], torch.tensor(happened)
            )
        return loss
    return functional.cross_entropy(logits[None, : task.n_outputs], value.long()[None])


def gradients(trunk, heads, tasks, x, value):
    """[row, task, weight] gradients by the trunk's weights, and [row, task] losses."""
    weights = [weight.clone().requires_grad_() for weight in trunk.weights]
    found, losses = [], []
    for row, labels in zip(x, value, strict=True):
        for place, task in enumerate(tasks):
            h = row
            for weight in weights:
                h = torch.relu(weight @ h)
            loss = loss_of(task, h @ heads.weight[place] + heads.bias[place], labels[place])
            grads = torch.autograd.grad(loss, weights)
            found.append(torch.cat([grad.flatten() for grad in grads]))
            losses.append(loss.detach())
    shape = (len(x), len(tasks))
    return torch.stack(found).unflatten(0, shape), torch.stack(losses).unflatten(0, shape)


def pair_sums(g, known):
    """The pair terms by row, [row, task, task], in the order of PairTerms."""
    g, known = g.double(), known.double()
    both = known[:, :, None] * known[:, None, :]
    distance = (g[:, :, None] - g[:, None, :]).abs().sum(-1)
    norm = g.abs().sum(-1)
    size = g.norm(dim=-1)
    scale = size[:, :, None] * size[:, None, :]
    cosine = torch.where(scale > 0, (g @ g.mT) / scale, 0.0)
    movable = (g != 0).any(1).sum(-1).clamp_min(1)[:, None, None]
    opposite = (1 - g.sign() @ g.sign().mT / movable) / 2
    eye = torch.eye(g.shape[1], dtype=torch.bool)
    cosine, opposite = torch.where(eye, 1.0, cosine), torch.where(eye, 0.0, opposite)
    mass = norm[:, :, None] + norm[:, None, :]
    terms = (torch.ones_like(both), distance, mass, cosine.abs(), cosine, opposite)
    return [np.asarray(part * both) for part in terms]


def mean_products(g, known, block):
    """⟨Σ Δ_source over a block, Σ Δ_target over all rows⟩, [block, task, task]."""
    g = np.asarray(g.double() * known.double()[:, :, None])
    by_block = np.stack([g[block == b].sum(0) for b in range(block.max() + 1)])
    return by_block @ g.sum(0).T
