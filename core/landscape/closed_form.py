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
    """Sums over every `piece` rows in a row, of the rows labelled for both tasks."""

    n_shared: "Float[Tensor, 'piece source target']"
    distance: "Float[Tensor, 'piece source target']"
    """Σ ‖Δ_source − Δ_target‖₁."""
    mass: "Float[Tensor, 'piece source target']"
    """Σ (‖Δ_source‖₁ + ‖Δ_target‖₁)."""
    abs_cosine: "Float[Tensor, 'piece source target']"
    """Σ |cos(Δ_source, Δ_target)|: 0 where either vanishes, 1 between a task and itself."""


def pair_terms(
    trunk: Trunk,
    heads: Heads,
    x: "Float[Tensor, 'row input']",
    value: "Float[Tensor, 'row task']",
    known: "Bool[Tensor, 'row task']",
    piece: int,
) -> PairTerms:
    """One forward pass, and one backward pass of all tasks at once.

    Args:
        trunk: the common start.
        heads: of the tasks in `value`.
        x: model inputs; the number of rows is a multiple of `piece`.
        value: labels, anything finite where missing.
        known: which labels are there.
        piece: how many rows are summed together.
    """
    passed = trunk.forward(x)
    residual = heads.residuals(heads.logits(passed.features), value)
    mask = known.to(x.dtype)
    if heads.is_shared:
        return _shared_output(trunk, heads, passed, residual[..., 0] * mask, mask, piece)
    return _any_heads(trunk, heads, passed, residual * mask.unsqueeze(-1), mask, piece)


def _shared_output(
    trunk: Trunk,
    heads: Heads,
    passed: Pass,
    residual: "Float[Tensor, 'row task']",
    mask: "Float[Tensor, 'row task']",
    piece: int,
) -> PairTerms:
    column = heads.weight[0, :, 0].expand(len(residual), 1, -1)
    signed = residual * _norms(passed, trunk.backward(passed, column))  # r ‖J‖₁
    # a missing label has residual 0, so the difference vanishes unless both are known
    distance = signed.unsqueeze(2) * mask.unsqueeze(1)
    distance.addcmul_(mask.unsqueeze(2), signed.unsqueeze(1), value=-1).abs_()
    moves = (signed != 0).to(mask.dtype)
    return _sums(distance, _gram(moves, moves, piece), signed.abs(), mask, piece)


def _any_heads(
    trunk: Trunk,
    heads: Heads,
    passed: Pass,
    residual: "Float[Tensor, 'row task output']",
    mask: "Float[Tensor, 'row task']",
    piece: int,
) -> PairTerms:
    import torch

    deltas = trunk.backward(passed, torch.einsum("rto,two->rtw", residual, heads.weight))
    both = mask.unsqueeze(2) * mask.unsqueeze(1)
    distance, gram = torch.zeros_like(both), torch.zeros_like(both)
    for a, delta in zip(passed.inputs, deltas, strict=True):
        distance += a.abs().sum(1)[:, None, None] * torch.cdist(delta, delta, p=1.0)
        gram += (a * a).sum(1)[:, None, None] * (delta @ delta.transpose(1, 2))
    size = gram.diagonal(dim1=1, dim2=2).clamp_min(0).sqrt()
    scale = size.unsqueeze(2) * size.unsqueeze(1)
    cosine = torch.where(scale > 0, gram.abs() / scale, 0.0).clamp_max(1.0) * both
    summed = _add_rows(cosine, piece)
    return _sums(distance * both, summed, _norms(passed, deltas), mask, piece)


def _sums(
    distance: "Float[Tensor, 'row source target']",
    abs_cosine: "Float[Tensor, 'piece source target']",
    norm: "Float[Tensor, 'row task']",
    mask: "Float[Tensor, 'row task']",
    piece: int,
) -> PairTerms:
    n_shared, one_sided = _gram(mask, mask, piece), _gram(norm, mask, piece)
    abs_cosine.diagonal(dim1=1, dim2=2).copy_(n_shared.diagonal(dim1=1, dim2=2))
    return PairTerms(
        n_shared,
        _add_rows(distance, piece),
        one_sided + one_sided.transpose(1, 2),
        abs_cosine,
    )


def _add_rows(
    terms: "Float[Tensor, 'row source target']", piece: int
) -> "Float[Tensor, 'piece source target']":
    return terms.reshape(-1, piece, *terms.shape[1:]).sum(1)


def _gram(
    left: "Float[Tensor, 'row source']", right: "Float[Tensor, 'row target']", piece: int
) -> "Float[Tensor, 'piece source target']":
    """Σ left · right over the rows of each piece."""
    by_piece = left.reshape(-1, piece, left.shape[1]).transpose(1, 2)
    return by_piece @ right.reshape(-1, piece, right.shape[1])


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
