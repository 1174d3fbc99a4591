"""Training the encoder on the task graph alone: it must rebuild the similarities it came from."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from core.graph.batch import batch_graphs
from core.graph.network import Network, build_network, only_seed, rebuild
from core.progress import OnProgress

HELD_OUT = 0.2
"""Share of the pairs hidden while training, on which the best seed and step are chosen (ours)."""
FEWEST_PAIRS = 10
"""With fewer pairs nothing is hidden: the training error decides (ours)."""
PATIENCE = 30
"""Steps without a better held-out error of any seed before training stops (ours)."""
BETTER = 0.999
"""An error counts as better when it falls below this share of the best (ours)."""
SEED_EDGES = 20_000
"""Seeds times edges at most: on graphs of some hundred tasks fewer seeds are tried (ours)."""


@dataclass(frozen=True)
class Recipe:
    """How to train: sizes of the network, how many seeds, steps at most, Adam's step size."""

    heads: int
    units: int
    n_seeds: int
    n_steps: int
    learning_rate: float


def train_network(
    features: Float[np.ndarray, "source target"],
    similarity: Float[np.ndarray, "source target"],
    adjacent: Bool[np.ndarray, "source target"],
    recipe: Recipe,
    seed: int,
    on_progress: OnProgress,
) -> Network:
    """The best of several seeds at its best step, by the error on hidden pairs.

    A hidden pair is no edge, and its entry in the node features is 0 (the mean). Objective
    (ours): the standardised similarity of a pair is a line in the cosine of its two points.
    """
    import torch

    hidden = _hide(len(similarity), seed)
    edges = batch_graphs(
        np.where(hidden, 0.0, features)[None], similarity[None], (adjacent & ~hidden)[None]
    )
    target = torch.tensor(features, dtype=torch.float32)
    others = ~np.eye(len(similarity), dtype=bool)
    fitted = torch.tensor(others & ~hidden)
    judged = torch.tensor(hidden if hidden.any() else others)

    n_seeds = max(1, min(recipe.n_seeds, SEED_EDGES // max(len(edges.weight), 1)))
    network = build_network(len(features), recipe.heads, recipe.units, n_seeds, seed)
    optimiser = torch.optim.Adam(network.parameters(), lr=recipe.learning_rate)
    best, best_step, best_seed, best_state = np.inf, 0, 0, network.state()
    for step in range(recipe.n_steps):
        error = (rebuild(network, edges) - target) ** 2
        scores = error.detach()[:, judged].mean(1)
        if float(scores.min()) < BETTER * best:
            best, best_step, best_seed = float(scores.min()), step, int(scores.argmin())
            best_state = network.state()
        elif step - best_step >= PATIENCE:
            break
        optimiser.zero_grad()
        error[:, fitted].mean(1).sum().backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        on_progress((step + 1) / recipe.n_steps, "training the encoder")
    network.restore(best_state)
    return only_seed(network, best_seed)


def _hide(n_tasks: int, seed: int) -> Bool[np.ndarray, "source target"]:
    """A symmetric mask of the pairs to hide."""
    source, target = np.triu_indices(n_tasks, 1)
    mask = np.zeros((n_tasks, n_tasks), dtype=bool)
    if len(source) < FEWEST_PAIRS:
        return mask
    chosen = np.random.default_rng(seed).permutation(len(source))[: int(HELD_OUT * len(source))]
    mask[source[chosen], target[chosen]] = True
    return mask | mask.T
