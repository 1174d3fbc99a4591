"""Distance and cosine of the displacements of all pairs of tasks, without forming a gradient.

With Δ_it = Σ over layers of δ_it a_iᵀ (METHODS §1, exact for linear layers):

    ‖Δ_is − Δ_it‖₁ = Σ ‖a_i‖₁ ‖δ_is − δ_it‖₁        ⟨Δ_is, Δ_it⟩ = Σ ⟨a_i, a_i⟩ ⟨δ_is, δ_it⟩

and with one shared output Δ_it = r_it J_i, so ‖Δ_is − Δ_it‖₁ = |r_is − r_it| ‖J_i‖₁. The step size
η cancels in every normalised measure and is taken as 1.
"""

from typing import TYPE_CHECKING, NamedTuple

from jaxtyping import Bool, Float

from core.landscape.heads import Heads
from core.landscape.trunk import Pass, Trunk

if TYPE_CHECKING:
    from torch import Tensor


class PairTerms(NamedTuple):
    """Displacements of every row; 0 where a label is missing."""

    norm: "Float[Tensor, 'row task']"
    """‖Δ‖₁."""
    distance: "Float[Tensor, 'row task task']"
    """‖Δ_source − Δ_target‖₁."""
    abs_cosine: "Float[Tensor, 'row task task']"
    """|cos(Δ_source, Δ_target)|: 0 where either vanishes, 1 between a task and itself."""


def pair_terms(
    trunk: Trunk,
    heads: Heads,
    x: "Float[Tensor, 'row input']",
    value: "Float[Tensor, 'row task']",
    known: "Bool[Tensor, 'row task']",
) -> PairTerms:
    """One forward pass, and one backward pass of all tasks at once."""
    passed = trunk.forward(x)
    residual = heads.residuals(heads.logits(passed.features), value)
    if heads.is_shared:
        return _shared_output(trunk, heads, passed, residual[..., 0] * known, known)
    return _any_heads(trunk, heads, passed, residual * known.unsqueeze(-1), known)


def _shared_output(
    trunk: Trunk,
    heads: Heads,
    passed: Pass,
    residual: "Float[Tensor, 'row task']",
    known: "Bool[Tensor, 'row task']",
) -> PairTerms:
    column = heads.weight[0, :, 0].expand(len(residual), 1, -1)
    pull = _norms(passed, trunk.backward(passed, column))  # ‖J‖₁, one number a row
    signed, mask = residual * pull, known.to(residual.dtype)
    # a missing label has residual 0, so each product below vanishes unless both are known
    crossed = signed.unsqueeze(2) * mask.unsqueeze(1)
    distance = (crossed - crossed.transpose(1, 2)).abs_()
    moves = (signed != 0).to(residual.dtype)
    abs_cosine = moves.unsqueeze(2) * moves.unsqueeze(1)
    abs_cosine.diagonal(dim1=1, dim2=2).copy_(mask)
    return PairTerms(signed.abs(), distance, abs_cosine)


def _any_heads(
    trunk: Trunk,
    heads: Heads,
    passed: Pass,
    residual: "Float[Tensor, 'row task output']",
    known: "Bool[Tensor, 'row task']",
) -> PairTerms:
    import torch

    deltas = trunk.backward(passed, torch.einsum("rto,two->rtw", residual, heads.weight))
    mask = known.to(residual.dtype)
    both = mask.unsqueeze(2) * mask.unsqueeze(1)
    distance, gram = torch.zeros_like(both), torch.zeros_like(both)
    for a, delta in zip(passed.inputs, deltas, strict=True):
        distance += a.abs().sum(1)[:, None, None] * torch.cdist(delta, delta, p=1.0)
        gram += (a * a).sum(1)[:, None, None] * (delta @ delta.transpose(1, 2))
    size = gram.diagonal(dim1=1, dim2=2).clamp_min(0).sqrt()
    scale = size.unsqueeze(2) * size.unsqueeze(1)
    abs_cosine = torch.where(scale > 0, gram.abs() / scale, 0.0).clamp_max(1.0) * both
    abs_cosine.diagonal(dim1=1, dim2=2).copy_(mask)
    return PairTerms(_norms(passed, deltas), distance * both, abs_cosine)


def _norms(
    passed: Pass, deltas: "list[Float[Tensor, 'row task _']]"
) -> "Float[Tensor, 'row task']":
    """‖Δ‖₁ = Σ over layers of ‖a‖₁ ‖δ‖₁."""
    import torch

    layers = [
        a.abs().sum(1, keepdim=True) * delta.abs().sum(2)
        for a, delta in zip(passed.inputs, deltas, strict=True)
    ]
    return torch.stack(layers).sum(0)
