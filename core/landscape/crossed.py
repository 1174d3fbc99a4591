"""Tasks with their own samples: every sample of one task against every sample of the other.

No sample is labelled for two tasks, so displacements cannot be compared sample by sample. A
stratified draw of each task's samples is compared with that of each other task, and with itself
(without pairing a sample with itself); `core.affinity` makes energy distances of the sums
(METHODS §2). Strata are the labels; a sample stands for as many as its stratum has per draw.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from core.landscape.heads import Heads
from core.landscape.mean_pull import sum_mean_products
from core.landscape.rank_one import l1_between
from core.landscape.rows import Rows
from core.landscape.strata import draw_pairs
from core.landscape.trunk import Trunk
from core.values import PairSums, Task

if TYPE_CHECKING:
    from torch import Tensor

MAX_ELEMENTS = 2**18
"""Numbers in the largest tensor of a batch of pairs (1 MB)."""


class _Drawn(NamedTuple):
    """The samples drawn: δ and a of their own task's loss, layer by layer."""

    deltas: "list[Float[Tensor, 'sample _']]"
    inputs: "list[Float[Tensor, 'sample _']]"
    task: Int[np.ndarray, " sample"]
    block: Int[np.ndarray, " sample"]
    weight: Float[np.ndarray, " sample"]


def sum_crossed(
    tasks: Sequence[Task],
    rows: Rows,
    trunk: Trunk,
    heads: Heads,
    n_samples: int,
    mean_rows: int,
    pairing: str,
    on_batch: Callable[[float], None],
) -> PairSums:
    """Sums over the samples of a block for the source and all samples for the target.

    Args:
        tasks: in the order of the labels.
        rows: in pieces, block after block.
        trunk: the common start.
        heads: of the same tasks.
        n_samples: most samples drawn for a task.
        mean_rows: about how many rows the mean displacements are taken from.
        pairing: kept in the sums.
        on_batch: called with the finished share of the pairs; may raise.
    """
    drawn = _draw(tasks, rows, trunk, heads, n_samples)
    terms = _terms(drawn, on_batch)
    weight = np.outer(drawn.weight, drawn.weight) * (1 - np.eye(len(drawn.weight)))
    n_tasks, n_blocks = len(tasks), rows.n_blocks
    target = np.equal.outer(np.arange(n_tasks), drawn.task).astype(float)
    source = np.zeros((n_blocks * n_tasks, len(drawn.task)))
    source[drawn.block * n_tasks + drawn.task, np.arange(len(drawn.task))] = 1.0
    summed = [
        (source @ (weight * term) @ target.T).reshape(n_blocks, n_tasks, n_tasks) for term in terms
    ]
    means = sum_mean_products(rows, trunk, heads, mean_rows)
    count, distance, mass, abs_cosine, cosine, opposite = summed
    return PairSums(count, distance, mass, abs_cosine, cosine, opposite, means, pairing)


def _draw(tasks: Sequence[Task], rows: Rows, trunk: Trunk, heads: Heads, n_samples: int) -> _Drawn:
    import torch

    value, known = rows.value.double().cpu().numpy(), rows.known.cpu().numpy()
    labels = np.where(known, value, np.nan)
    parts = draw_pairs(tasks, labels, n_samples * len(tasks), seed=0)
    standing = np.repeat(rows.weight, rows.piece)
    weights = [_weights(labels[:, k], standing, part) for k, part in enumerate(parts)]
    row = torch.from_numpy(np.concatenate(parts)).to(rows.x.device)
    task = np.repeat(np.arange(len(tasks)), [len(part) for part in parts])
    passed = trunk.forward(rows.x[row])
    residual = heads.residuals(heads.logits(passed.features), rows.value[row])
    own = torch.from_numpy(task).to(row.device)
    each = torch.arange(len(row), device=row.device)
    gradient = (heads.weight[own] * residual[each, own].unsqueeze(1)).sum(2)
    deltas = trunk.backward(passed, gradient)
    block = np.repeat(rows.block, rows.piece)[row.cpu().numpy()]
    return _Drawn(deltas, passed.inputs, task, block, np.concatenate(weights))


def _weights(
    labels: Float[np.ndarray, " row"],
    standing: Float[np.ndarray, " row"],
    drawn: Int[np.ndarray, " row"],
) -> Float[np.ndarray, " sample"]:
    """How many labelled rows of the table each drawn one stands for: those of its label, where
    labels repeat. `standing` is how many each row at hand stands for."""
    known = ~np.isnan(labels)
    code, place = np.unique(labels[known], return_inverse=True)
    if len(code) > known.sum() / 2:  # a regression: its quarters are drawn alike
        return np.asarray(standing[drawn] * (known.sum() / max(len(drawn), 1)))
    size = np.bincount(place, standing[known], minlength=len(code))
    own = np.searchsorted(code, labels[drawn])
    return np.asarray((size / np.maximum(np.bincount(own, minlength=len(code)), 1))[own])


def _terms(
    drawn: _Drawn, on_batch: Callable[[float], None]
) -> list[Float[np.ndarray, "sample sample"]]:
    """1, distance, mass, |cosine|, cosine and opposite share of every two samples."""
    gram, same, both = (
        sum(part(delta) * part(a) for delta, a in zip(drawn.deltas, drawn.inputs, strict=True))
        for part in (_gram, _sign_gram, _move_gram)
    )
    size = np.sqrt(np.maximum(np.diagonal(gram), 0.0))
    scale = np.outer(size, size)
    cosine = np.clip(np.divide(gram, scale, out=np.zeros_like(gram), where=scale > 0), -1, 1)
    agree = np.divide(same, both, out=np.zeros_like(same), where=both > 0)
    norm = sum(
        (delta.abs().sum(1) * a.abs().sum(1)).double().cpu().numpy()
        for delta, a in zip(drawn.deltas, drawn.inputs, strict=True)
    )
    distance = _distances(drawn, on_batch)
    mass = np.add.outer(norm, norm)
    return [np.ones_like(gram), distance, mass, np.abs(cosine), cosine, (1 - agree) / 2]


def _gram(vectors: "Tensor") -> Float[np.ndarray, "sample sample"]:
    return np.asarray((vectors @ vectors.T).double().cpu().numpy())


def _sign_gram(vectors: "Tensor") -> Float[np.ndarray, "sample sample"]:
    return _gram(vectors.sign())


def _move_gram(vectors: "Tensor") -> Float[np.ndarray, "sample sample"]:
    return _gram(vectors.sign().abs())


def _distances(
    drawn: _Drawn, on_batch: Callable[[float], None]
) -> Float[np.ndarray, "sample sample"]:
    """‖Δ_i − Δ_j‖₁ of every two samples, a batch of pairs at a time."""
    import torch

    n, device = len(drawn.task), drawn.deltas[0].device
    distance = torch.zeros(n, n, dtype=torch.float64, device=device)
    first, second = torch.triu_indices(n, n, 1, device=device)
    width = max(part.shape[1] for part in (*drawn.deltas, *drawn.inputs))
    step = max(1, MAX_ELEMENTS // width)
    for start in range(0, len(first), step):
        on_batch(start / len(first))
        i, j = first[start : start + step], second[start : start + step]
        layers = zip(drawn.deltas, drawn.inputs, strict=True)
        distance[i, j] = (
            torch.stack([l1_between(delta[i], a[i], delta[j], a[j]) for delta, a in layers])
            .double()
            .sum(0)
        )
    on_batch(1.0)
    return np.asarray((distance + distance.T).cpu().numpy())
