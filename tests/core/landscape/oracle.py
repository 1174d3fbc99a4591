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
    """Count, distance, mass and |cosine| by row, [row, task, task]."""
    g, known = g.double(), known.double()
    both = known[:, :, None] * known[:, None, :]
    distance = (g[:, :, None] - g[:, None, :]).abs().sum(-1)
    norm = g.abs().sum(-1)
    size = g.norm(dim=-1)
    scale = size[:, :, None] * size[:, None, :]
    cosine = torch.where(scale > 0, (g @ g.mT).abs() / scale, 0.0)
    eye = torch.eye(g.shape[1], dtype=torch.bool)
    cosine = torch.where(eye, 1.0, cosine)
    mass = norm[:, :, None] + norm[:, None, :]
    return [np.asarray(part * both) for part in (torch.ones_like(both), distance, mass, cosine)]
