"""Distances and angles of the displacements of all pairs of tasks, without forming a gradient.

With Δ_it = −Σ over layers of δ_it a_iᵀ (METHODS §1, exact for linear layers):

    ‖Δ_is − Δ_it‖₁ = Σ ‖a_i‖₁ ‖δ_is − δ_it‖₁        ⟨Δ_is, Δ_it⟩ = Σ ⟨a_i, a_i⟩ ⟨δ_is, δ_it⟩

All of these but |cos| are sums over rows too, so the rows of a piece are laid end to end in one
long vector a task, and a piece costs one product of T vectors instead of one a row. The step size
η cancels in every normalised measure and is taken as 1.
"""

from typing import TYPE_CHECKING, NamedTuple

from jaxtyping import Bool, Float

from core.landscape.any_trunk import terms_of_any_trunk
from core.landscape.heads import Heads
from core.landscape.perceptron import Perceptron, PerceptronPass
from core.landscape.terms import PairTerms, add_rows, assemble, cosines, end_to_end, gram
from core.landscape.trunk import Trunk

if TYPE_CHECKING:
    from torch import Tensor

MAX_VECTORS = 2**17
"""Numbers of all tasks compared at a time: half a megabyte stays in the caches."""


def pair_terms(
    trunk: Trunk,
    heads: Heads,
    x: "Float[Tensor, 'row input']",
    value: "Float[Tensor, 'row task']",
    known: "Bool[Tensor, 'row task']",
    piece: int,
) -> PairTerms:
    """One forward pass, and one backward pass of all tasks at once, whatever the trunk.

    Args:
        trunk: the common start.
        heads: of the tasks in `value`.
        x: model inputs; the number of rows is a multiple of `piece`.
        value: labels, anything finite where missing.
        known: which labels are there.
        piece: how many rows are summed together.
    """
    if heads.is_shared or not isinstance(trunk, Perceptron):
        return terms_of_any_trunk(trunk, heads, x, value, known, piece)
    return _any_heads(trunk, heads, trunk.forward(x), value, known, piece)


class _Layer(NamedTuple):
    """What one layer adds to the terms."""

    norm: "Float[Tensor, 'task row']"
    """‖Δ‖₁."""
    apart: "Float[Tensor, 'piece source target']"
    """Σ ‖Δ_source − Δ_target‖₁, a missing label taken as no displacement; above the diagonal."""
    gram: "Float[Tensor, 'row source target']"
    """⟨Δ_source, Δ_target⟩."""
    same_sign: "Float[Tensor, 'piece source target']"
    """Σ ⟨sgn Δ_source, sgn Δ_target⟩ / how many parameters can move."""


def _any_heads(
    trunk: Perceptron,
    heads: Heads,
    passed: PerceptronPass,
    value: "Float[Tensor, 'row task']",
    known: "Bool[Tensor, 'row task']",
    piece: int,
) -> PairTerms:
    import torch

    mask = known.to(value.dtype)
    residual = heads.residuals(heads.logits(passed.features), value) * mask.unsqueeze(-1)
    deltas = trunk.backward(passed, heads.gradients(residual))
    layers = [
        _layer(a, delta, share, piece)
        for a, delta, share in zip(passed.inputs, deltas, _sign_weights(passed), strict=True)
    ]
    norm, apart, gram_, same_sign = (torch.stack(part).sum(0) for part in zip(*layers, strict=True))
    n_shared, one_sided = gram(mask, mask, piece), gram(norm.T, mask, piece)
    # `apart` also counts the length of a task where the other's label is missing: off again
    alone = norm.reshape(len(norm), -1, piece).sum(2).T.unsqueeze(2) - one_sided
    apart = (apart - torch.triu(alone + alone.transpose(1, 2), 1)).clamp_min(0) * (n_shared > 0)
    cosine = cosines(gram_)
    return assemble(
        n_shared,
        apart + apart.transpose(1, 2),
        one_sided,
        add_rows(cosine.abs(), piece),
        add_rows(cosine, piece),
        same_sign,
    )


def _layer(
    a: "Float[Tensor, 'row input']",
    delta: "Float[Tensor, 'task row unit']",
    sign_weight: "Float[Tensor, ' row']",
    piece: int,
) -> _Layer:
    """The sums of one layer; one tensor is filled again and again, as fresh memory is slow."""
    import torch

    work = torch.mul(delta, a.abs().sum(1, keepdim=True))
    apart = _apart(end_to_end(work, piece))
    norm = work.abs_() @ work.new_ones(work.shape[2])
    by_row = work.reshape(delta.shape[1], delta.shape[0], -1).copy_(delta.transpose(0, 1))
    gram = (by_row @ by_row.transpose(1, 2)).mul_((a * a).sum(1)[:, None, None])
    sign = end_to_end(torch.sign(delta, out=work).mul_(sign_weight.sqrt().unsqueeze(1)), piece)
    return _Layer(norm, apart, gram, sign @ sign.transpose(1, 2))


def _apart(
    long: "Float[Tensor, 'piece task row_unit']",
) -> "Float[Tensor, 'piece source target']":
    """L1 distances of every two vectors of a piece, above the diagonal."""
    import torch

    n_tasks = long.shape[1]
    upper = torch.zeros(len(long), n_tasks, n_tasks, dtype=long.dtype, device=long.device)
    source, target = torch.triu_indices(n_tasks, n_tasks, 1, device=long.device)
    for number, vectors in enumerate(long):
        for part in vectors.split(max(1, MAX_VECTORS // n_tasks), dim=1):
            upper[number, source, target] += torch.nn.functional.pdist(part.contiguous(), p=1.0)
    return upper


def _sign_weights(passed: PerceptronPass) -> "list[Float[Tensor, ' row']]":
    """For every layer, inputs that are not 0 / parameters of all layers that can move."""
    import torch

    n_inputs = [torch.count_nonzero(a, dim=1).to(a.dtype) for a in passed.inputs]
    n_active = [torch.count_nonzero(on, dim=1) for on in passed.active]
    movable = torch.stack([n * on for n, on in zip(n_inputs, n_active, strict=True)])
    return [n / movable.sum(0).clamp_min(1.0) for n in n_inputs]
