"""Everything random in training: initial weights and batches, functions of the seed alone.

A draw depends on the seed (and on the task, for a head), never on the group or the chunk, so that
two groups of one seed differ by their tasks and by nothing else: a paired comparison.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from core.training.examples import Examples
from core.training.times import constant_times
from core.values import Kind, Split, Task

TRUNK, _HEAD, _BATCH = range(3)
OWN_SAMPLES_POWER = 0.5
"""Tasks with their own samples: a task's share of a batch grows with this power of its rows."""


def draw_layer(
    n_outputs: int, n_inputs: int, rng: np.random.Generator
) -> tuple[Float[np.ndarray, "output input"], Float[np.ndarray, " output"]]:
    """Weights and biases uniform in ± 1/√inputs, as `torch.nn.Linear` draws them."""
    bound = 1 / np.sqrt(max(n_inputs, 1))
    weight = rng.uniform(-bound, bound, (n_outputs, n_inputs))
    return weight, rng.uniform(-bound, bound, n_outputs)


def draw_trunk(
    seed: int, n_inputs: int, width: int, depth: int
) -> list[tuple[Float[np.ndarray, "output input"], Float[np.ndarray, " output"]]]:
    """The layers of the trunk of one seed."""
    rng = np.random.default_rng([seed, TRUNK])
    sizes = [n_inputs, *[width] * depth]
    return [draw_layer(sizes[k + 1], sizes[k], rng) for k in range(depth)]


def draw_head(
    seed: int, task: int, prior: Float[np.ndarray, " output"], width: int
) -> tuple[Float[np.ndarray, "output unit"], Float[np.ndarray, " output"]]:
    """The head of one task: random weights, and the constant predictor as its bias (ours)."""
    rng = np.random.default_rng([seed, _HEAD, task])
    return draw_layer(len(prior), width, rng)[0], prior


def head_priors(examples: Examples) -> list[Float[np.ndarray, " output"]]:
    """The raw output of the constant predictor of each task's training labels.

    Half a label of each class is added, so that a class the training rows lack stays possible.
    """
    return [
        _prior(task, examples.seen(place, Split.TRAIN), examples.edges[place])
        for place, task in enumerate(examples.tasks)
    ]


def _prior(
    task: Task, labels: Float[np.ndarray, " row"], edges: Float[np.ndarray, " edge"]
) -> Float[np.ndarray, " output"]:
    seen = labels[~np.isnan(labels)]
    if task.kind is Kind.REGRESSION:
        return np.zeros(1)
    if task.kind is Kind.TIME_TO_EVENT:
        return constant_times(seen, edges)[0]
    n_classes = max(len(task.classes), 2)
    share = np.bincount(seen.astype(np.int64), minlength=n_classes) + 0.5
    share = np.asarray(np.log(share / share.sum()))
    return share[1:] - share[:1] if task.kind is Kind.BINARY else share


def draw_batches(
    examples: Examples, seeds: Sequence[int], n_steps: int, batch_size: int
) -> Int[np.ndarray, "step seed row"]:
    """Which training rows each step of each seed sees, as places among the training rows.

    Shared rows come in epochs: permutations one after the other. Tasks with their own samples
    come each in its own epochs, its share of a batch proportional to √(its rows), at least one.
    """
    known = examples.known[examples.rows(Split.TRAIN)]
    if examples.own_samples:
        parts = [rows for rows in map(np.flatnonzero, known.T) if len(rows)]
        shares = _shares(np.array([len(rows) for rows in parts]), batch_size)
    else:
        parts = [np.arange(len(known))]
        shares = np.array([min(batch_size, len(known))])
    drawn = []
    for seed in seeds:
        rng = np.random.default_rng([seed, _BATCH])
        streams = [_epochs(rows, n_steps, n, rng) for rows, n in zip(parts, shares, strict=True)]
        drawn.append(np.concatenate(streams, axis=1))
    return np.stack(drawn, axis=1)


def _shares(sizes: Int[np.ndarray, " part"], batch_size: int) -> Int[np.ndarray, " part"]:
    weight = sizes.astype(np.float64) ** OWN_SAMPLES_POWER
    wanted = np.round(batch_size * weight / weight.sum()).astype(np.int64)
    return np.asarray(np.clip(wanted, 1, sizes))


def _epochs(
    rows: Int[np.ndarray, " row"], n_steps: int, n_each: int, rng: np.random.Generator
) -> Int[np.ndarray, "step each"]:
    n_epochs = -(-n_steps * n_each // len(rows))
    stream: np.ndarray = np.concatenate([rng.permutation(rows) for _ in range(n_epochs)])
    return stream[: n_steps * n_each].reshape(n_steps, n_each)
