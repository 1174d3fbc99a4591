"""What following every sample to its optima leaves behind, whichever way it was done."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from core.landscape.layers.pull import Factors, Pull
from core.landscape.row_terms import RowTerms

if TYPE_CHECKING:
    from torch import Tensor

SMALL_STEP = 1e-2
"""A walk has converged when its step is this share of its first one (L2)."""

FEW_LEFT = 0.8
"""Converged walks leave the batch once they have left less than this share of it (ours)."""


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
    import torch

    if isinstance(pull, Factors):  # all walks of a row start from the same inputs
        found.add_outer(_padded(pull.deltas[0])[place.T], pull.inputs[place[:, 0]])
        return
    formed = torch.cat([delta[0].flatten(1) for _, delta in pull.formed()])
    found.add_dense(slice(None), _padded(formed)[place])


def _padded(walks: "Float[Tensor, 'walk number']") -> "Float[Tensor, 'walk_1 number']":
    """One more walk, that goes nowhere."""
    import torch

    return torch.cat([walks, torch.zeros_like(walks[:1])])


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
