"""Tasks with their own samples: every sample of one task against every sample of the other.

No sample is labelled for two tasks, so displacements cannot be compared sample by sample. A
stratified draw of each task's samples is compared with that of each other task, and with itself
(without pairing a patient with itself, whose rows look alike); `core.affinity` makes energy
distances of the sums (METHODS §2). Strata are the labels; a sample stands for as many as its
stratum has per draw, and a pair within a stratum for as many pairs as it has: with weights of
samples alone, what lies within a task would be taken from pairs of unlike labels too often, and
look further apart than what lies between two tasks.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from core.landscape.heads import Heads
from core.landscape.layers.crossed import CrossedLayer, gather_layers
from core.landscape.layers.pull import Pull
from core.landscape.own_samples.standing import (
    count_strata_pairs,
    number_strata,
    pair_weights,
    sample_weights,
)
from core.landscape.rows.pieces import Rows
from core.landscape.rows.strata import draw_pairs
from core.landscape.sums.mean_pull import sum_mean_products
from core.landscape.terms import SUMS
from core.landscape.trunks.trunk import Trunk
from core.landscape.walks.follow import MAX_ELEMENTS, follow
from core.landscape.walks.walk import curve_of, progress_of
from core.machine.device import send
from core.values import PairSums, Task

if TYPE_CHECKING:
    from torch import Tensor


class Crossed(NamedTuple):
    """The sums, and how they came about."""

    sums: PairSums
    curve: Float[np.ndarray, "step 2"]
    """See `core.landscape.walks.walk.curve_of`; empty for one step."""
    n_estimated: int
    """Layers that were compared on a part of their parameters."""


class _Drawn(NamedTuple):
    """The samples drawn, each with the displacement of its own task's loss."""

    layers: list[CrossedLayer]
    curve: Float[np.ndarray, "step 2"]
    task: Int[np.ndarray, " sample"]
    block: Int[np.ndarray, " sample"]
    pairs: Float[np.ndarray, "sample sample"]
    """How many pairs every two stand for."""


def sum_crossed(
    tasks: Sequence[Task],
    rows: Rows,
    trunk: Trunk,
    heads: Heads,
    n_samples: int,
    mean_rows: int,
    pairing: str,
    on_batch: Callable[[float], None],
    steps: int = 1,
    step_size: float = 1.0,
    reads: frozenset[str] = frozenset(SUMS),
) -> Crossed:
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
        steps: gradient steps that every sample takes.
        step_size: of no consequence for one step.
        reads: the sums that are wanted; distances and mean displacements are made for them alone.
    """
    drawn = _draw(tasks, rows, trunk, heads, n_samples, (steps, step_size))
    terms = _terms(drawn, "distance" in reads, on_batch)
    n_tasks, n_blocks = len(tasks), rows.n_blocks
    target = np.equal.outer(np.arange(n_tasks), drawn.task).astype(float)
    source = np.zeros((n_blocks * n_tasks, len(drawn.task)))
    source[drawn.block * n_tasks + drawn.task, np.arange(len(drawn.task))] = 1.0
    found: dict[str, Any] = {
        name: (source @ (drawn.pairs * term) @ target.T).reshape(n_blocks, n_tasks, n_tasks)
        for name, term in terms.items()
    }
    if "mean_product" in reads:
        found["mean_product"] = sum_mean_products(rows, trunk, heads, mean_rows)
    sums = PairSums(**{**dict.fromkeys(SUMS), **found}, pairing=pairing)
    return Crossed(sums, drawn.curve, sum(layer.is_estimate for layer in drawn.layers))


def _draw(
    tasks: Sequence[Task],
    rows: Rows,
    trunk: Trunk,
    heads: Heads,
    n_samples: int,
    steps: tuple[int, float],
) -> _Drawn:
    import torch

    value, known = rows.value.double().cpu().numpy(), rows.known.cpu().numpy()
    labels = np.where(known, value, np.nan)
    parts = draw_pairs(tasks, labels, n_samples * len(tasks), seed=0)
    standing = np.repeat(rows.weight, rows.piece)
    weights = [sample_weights(labels[:, k], standing, part) for k, part in enumerate(parts)]
    row = send(np.concatenate(parts), rows.x.device)
    task = np.repeat(np.arange(len(tasks)), [len(part) for part in parts])
    own = send(task, row.device)
    progress: dict[int, Tensor] = {}

    def pulls_of(start: int, stop: int) -> Iterable[Pull]:
        part, whose = row[start:stop], own[start:stop]
        if steps[0] == 1:
            return _own_pulls(rows, trunk, heads, part, whose)
        walks = follow(trunk, heads, rows.x[part], rows.value[part, whose], whose, *steps)
        progress[start] = progress_of(walks, torch.ones_like(rows.x[part, 0]))
        return walks.pulls

    step = trunk.max_rows(1) if steps[0] == 1 else max(1, MAX_ELEMENTS // len(trunk.start))
    layers = gather_layers(pulls_of, len(task), step)
    curve = curve_of(torch.stack([*progress.values()]).sum(0)) if progress else np.zeros((0, 2))
    place = np.concatenate(parts)
    pairs = pair_weights(
        np.concatenate(weights),
        number_strata(tasks, labels, parts),
        rows.patient[place],
        count_strata_pairs(tasks, labels, standing, rows.patient),
    )
    return _Drawn(layers, curve, task, np.repeat(rows.block, rows.piece)[place], pairs)


def _own_pulls(
    rows: Rows,
    trunk: Trunk,
    heads: Heads,
    row: "Int[Tensor, ' sample']",
    own: "Int[Tensor, ' sample']",
) -> Iterable[Pull]:
    """Pulls of a few samples, each by the loss of its own task."""
    import torch

    passed = trunk.forward(rows.x[row])
    residual = heads.residuals(heads.logits(passed.features), rows.value[row])
    each = torch.arange(len(row), device=row.device)
    gradient = (heads.weight[own] * residual[each, own].unsqueeze(1)).sum(2)
    return passed.pulls(gradient.unsqueeze(0))


def _terms(
    drawn: _Drawn, with_distance: bool, on_batch: Callable[[float], None]
) -> dict[str, Float[np.ndarray, "sample sample"]]:
    """1, mass, |cosine|, cosine, opposite share and, where wanted, distance of every two samples,
    by their names in `PairSums`."""
    products = [layer.products() for layer in drawn.layers]
    gram, same, both = (np.asarray(sum(part)) for part in zip(*products, strict=True))
    size = np.sqrt(np.maximum(np.diagonal(gram), 0.0))
    scale = np.outer(size, size)
    cosine = np.clip(np.divide(gram, scale, out=np.zeros_like(gram), where=scale > 0), -1, 1)
    agree = np.divide(same, both, out=np.zeros_like(same), where=both > 0)
    norm = np.asarray(sum(layer.lengths() for layer in drawn.layers))
    terms = {
        "count": np.ones_like(gram),
        "mass": np.add.outer(norm, norm),
        "abs_cosine": np.abs(cosine),
        "cosine": cosine,
        "opposite": (1 - agree) / 2,
    }
    if with_distance:
        n_layers = len(drawn.layers)
        parts = [
            layer.distances(partial(_tell, on_batch, number, n_layers))
            for number, layer in enumerate(drawn.layers)
        ]
        terms["distance"] = np.asarray(sum(parts))
    on_batch(1.0)
    return terms


def _tell(on_batch: Callable[[float], None], layer: int, n_layers: int, share: float) -> None:
    on_batch((layer + share) / n_layers)
