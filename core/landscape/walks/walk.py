"""What following every sample to its optima leaves behind, whichever way it was done."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from core.landscape.layers.pull import Factors, Pull
from core.landscape.row_terms import RowTerms

if TYPE_CHECKING:
    import torch
    from torch import Tensor

SMALL_STEP = 1e-2
"""A walk has converged when its step is this share of its first one (L2)."""

FEW_LEFT = 0.8
"""Converged walks leave the batch once fewer than this share of it still walk (ours)."""


ASKED_ON_GPU = 8
"""Steps after which a GPU is asked how many have: every question waits for it (ours)."""


def is_asked(step: int, device: "torch.device") -> bool:
    """Whether converged walks may leave before this step."""
    return device.type != "cuda" or step % ASKED_ON_GPU == 0


class Walks(NamedTuple):
    """Where the walks of a batch ended."""

    pulls: list[Pull]
    """Δ = θ after the last step − θ₀, layer by layer; a walk stands where a row does."""
    length: "Float[Tensor, 'step seen']"
    """‖Δ‖₁ after each step, of some of the walks."""
    seen: "Int[Tensor, ' seen']"
    """Which walks those are."""
    stopped: "Float[Tensor, 'step walk']"
    """1 where the walk had converged by that step."""


def add_walks(found: RowTerms, pull: Pull, place: "Int[Tensor, 'row W']") -> None:
    """Add one layer's displacements to the terms of the rows; `place` is from `find_targets`."""
    n_walks, size = pull.shape[1], pull.shape[2] * pull.shape[3]
    if isinstance(pull, Factors):  # all walks of a row start from the same inputs
        deltas = pull.deltas[0]
        padded = deltas.new_zeros(n_walks + 1, deltas.shape[1])
        padded[:n_walks] = deltas
        found.add_outer(padded[place.T], pull.inputs[place[:, 0]])
        return
    padded = pull.like.new_empty(n_walks + 1, size)
    walks = padded[:n_walks]
    for rows, delta in pull.formed():
        walks[rows] = delta[0].flatten(1)
    if place.numel() == n_walks:  # every row has as many walks, one after the other
        found.add_dense(slice(None), walks.reshape(*place.shape, size))
        return
    padded[n_walks] = 0.0  # a walk that goes nowhere
    found.add_dense(slice(None), padded[place])


def progress_of(walks: Walks, share: "Float[Tensor, ' walk']") -> "Float[Tensor, '4 step']":
    """Σ over walks of what has converged and of the lengths, and how many walks that was; a walk
    counts by its `share`, the number of tasks that take it."""
    import torch

    seen = share[walks.seen]
    stopped, length = walks.stopped @ share, walks.length @ seen
    ones = torch.ones_like(stopped)
    return torch.stack([stopped, length, ones * share.sum(), ones * seen.sum()]).double()


def curve_of(progress: "Float[Tensor, '4 step']") -> Float[np.ndarray, "step 2"]:
    """After each step: share of the walks that have converged, and mean ‖Δ‖₁."""
    return np.asarray((progress[:2] / progress[2:].clamp_min(1)).T.cpu().numpy())
