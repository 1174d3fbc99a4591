"""Distances and angles of the displacements of all pairs of tasks, without forming a gradient.

With Δ_it = −Σ over layers of δ_it a_iᵀ (METHODS §1, exact for linear layers):

    ‖Δ_is − Δ_it‖₁ = Σ ‖a_i‖₁ ‖δ_is − δ_it‖₁        ⟨Δ_is, Δ_it⟩ = Σ ⟨a_i, a_i⟩ ⟨δ_is, δ_it⟩

All of these but |cos| are sums over rows too, so the rows of a piece are laid end to end in one
long vector a task, and a piece costs one product of T vectors instead of one a row. The step size
η cancels in every normalised measure and is taken as 1.
"""

from typing import TYPE_CHECKING, NamedTuple

from jaxtyping import Bool, Float

from core.landscape.heads import Heads
from core.landscape.sums.any_trunk import terms_of_any_trunk
from core.landscape.terms import SUMS, PairTerms, add_rows, assemble, cosines, gram, square_of
from core.landscape.trunks.perceptron import Perceptron, PerceptronPass
from core.landscape.trunks.trunk import Trunk

if TYPE_CHECKING:
    from torch import Tensor

MAX_VECTORS = 2**18
"""Numbers of all tasks compared at a time: a megabyte stays in the caches."""


def pair_terms(
    trunk: Trunk,
    heads: Heads,
    x: "Float[Tensor, 'row input']",
    value: "Float[Tensor, 'row task']",
    known: "Bool[Tensor, 'row task'] | Bool[Tensor, 'row 1']",
    piece: int,
    reads: frozenset[str] = frozenset(SUMS),
) -> PairTerms:
    """One forward pass, and one backward pass of all tasks at once, whatever the trunk.

    Args:
        trunk: the common start.
        heads: of the tasks in `value`.
        x: model inputs; the number of rows is a multiple of `piece`.
        value: labels, anything finite where missing.
        known: which labels are there; one column where every row has all of them or none.
        piece: how many rows are summed together.
        reads: the terms that are wanted; others may be None.
    """
    if heads.is_shared or not isinstance(trunk, Perceptron):
        return terms_of_any_trunk(trunk, heads, x, value, known, piece, reads)
    return _any_heads(trunk, heads, trunk.forward(x), value, known, piece, reads)


class _Sums(NamedTuple):
    """What is filled piece by piece; None where nobody reads it."""

    apart: "Float[Tensor, 'piece pair'] | None"
    """Σ ‖Δ_source − Δ_target‖₁ of every two tasks, a missing label taken as no displacement."""
    norm: "Float[Tensor, 'task row'] | None"
    """‖Δ‖₁."""
    abs_cosine: "Float[Tensor, 'piece source target'] | None"
    """Σ |cos(Δ_source, Δ_target)|."""
    cosine: "Float[Tensor, 'piece source target'] | None"
    """Σ cos(Δ_source, Δ_target)."""
    same_sign: "Float[Tensor, 'piece source target'] | None"
    """Σ ⟨sgn Δ_source, sgn Δ_target⟩ / how many parameters can move."""


def _any_heads(
    trunk: Perceptron,
    heads: Heads,
    passed: PerceptronPass,
    value: "Float[Tensor, 'row task']",
    known: "Bool[Tensor, 'row task'] | Bool[Tensor, 'row 1']",
    piece: int,
    reads: frozenset[str],
) -> PairTerms:
    n_tasks, is_complete = value.shape[1], known.shape[1] == 1
    mask = known.to(value.dtype)
    residual = heads.residuals(heads.logits(passed.features), value) * mask.unsqueeze(-1)
    wanted = reads if is_complete or "distance" not in reads else reads | {"mass"}
    found = _fill(trunk, heads, passed, residual, piece, wanted)
    n_shared = gram(mask, mask, piece).expand(-1, n_tasks, n_tasks)
    one_sided = None
    if found.norm is not None:
        one_sided = gram(found.norm.T, mask, piece).expand(-1, -1, n_tasks)
    distance = None if found.apart is None else square_of(found.apart, n_tasks)
    if distance is not None and found.norm is not None and one_sided is not None:
        # it also counts the length of a task where the other's label is missing: off again
        alone = add_rows(found.norm.T, piece).unsqueeze(2) - one_sided
        distance = (distance - (alone + alone.transpose(1, 2))).clamp_min(0) * (n_shared > 0)
    return assemble(n_shared, distance, one_sided, found.abs_cosine, found.cosine, found.same_sign)


def _fill(
    trunk: Perceptron,
    heads: Heads,
    passed: PerceptronPass,
    residual: "Float[Tensor, 'row task output']",
    piece: int,
    reads: frozenset[str],
) -> _Sums:
    """The sums of all pieces; the same tensors are filled for each, as fresh memory is slow."""
    n_rows, n_tasks, _ = residual.shape
    found = _empty(n_rows, n_tasks, piece, reads, residual)
    lengths = [a.abs().sum(1) for a in passed.inputs]
    scaled = passed.scaled(lengths)
    weights = _weights(passed, lengths)
    into = [residual.new_empty(n_tasks, piece, w) for w in trunk.widths]
    for number in range(n_rows // piece):
        rows = slice(number * piece, (number + 1) * piece)
        gradient = heads.gradients(residual[rows], out=into[-1])
        deltas = trunk.backward(scaled.part(rows), gradient, into)
        _add_cosines(found, number, deltas, [weight.square[rows] for weight in weights])
        for delta, weight in zip(deltas, weights, strict=True):
            _add_layer(found, number, rows, delta, weight.sign[rows])
    return found


def _empty(n_rows: int, n_tasks: int, piece: int, reads: frozenset[str], like: "Tensor") -> _Sums:
    n_pieces = n_rows // piece

    def square(name: str) -> "Tensor | None":
        return like.new_zeros(n_pieces, n_tasks, n_tasks) if name in reads else None

    return _Sums(
        like.new_zeros(n_pieces, n_tasks * (n_tasks - 1) // 2) if "distance" in reads else None,
        like.new_zeros(n_tasks, n_rows) if "mass" in reads else None,
        square("abs_cosine"),
        square("cosine"),
        square("opposite"),
    )


def _add_cosines(
    found: _Sums,
    number: int,
    deltas: "list[Float[Tensor, 'task row unit']]",
    weights: "list[Float[Tensor, ' row']]",
) -> None:
    """Add the cosines of all layers as one; `weights` make inner products of δ those of Δ."""
    if found.cosine is None and found.abs_cosine is None:
        return
    n_tasks, n_rows, _ = deltas[0].shape
    by_row = deltas[0].new_zeros(n_rows, n_tasks, n_tasks)
    for delta, weight in zip(deltas, weights, strict=True):
        products = delta.transpose(0, 1) @ delta.permute(1, 2, 0)
        by_row.addcmul_(products, weight[:, None, None])
    cosine = cosines(by_row)
    if found.cosine is not None:
        found.cosine[number] = cosine.sum(0)
    if found.abs_cosine is not None:
        found.abs_cosine[number] = cosine.abs_().sum(0)


def _add_layer(
    found: _Sums,
    number: int,
    rows: slice,
    delta: "Float[Tensor, 'task row unit']",
    sign_weight: "Float[Tensor, ' row']",
) -> None:
    """Add what one layer has; `delta` is used up."""
    import torch

    if found.same_sign is not None:
        sign = delta.sign().mul_(sign_weight.unsqueeze(1)).flatten(1)
        found.same_sign[number] += sign @ sign.T
    if found.apart is not None:
        for part in torch.split(delta.flatten(1), max(1, MAX_VECTORS // len(delta)), dim=1):
            found.apart[number] += torch.nn.functional.pdist(part.contiguous(), p=1.0)
    if found.norm is not None:
        found.norm[:, rows] += delta.abs_() @ delta.new_ones(delta.shape[2])


class _Weight(NamedTuple):
    """What makes sums over δ · ‖a‖₁ of one layer such over Δ."""

    square: "Float[Tensor, ' row']"
    """‖a‖₂² / ‖a‖₁², for inner products."""
    sign: "Float[Tensor, ' row']"
    """√(inputs that are not 0 / parameters of all layers that can move), for each sign."""


def _weights(passed: PerceptronPass, lengths: "list[Float[Tensor, ' row']]") -> list[_Weight]:
    import torch

    n_inputs = [a.sign().abs_().sum(1) for a in passed.inputs]
    n_active = [on.sum(1) for on in passed.active]
    movable = torch.stack([n * on for n, on in zip(n_inputs, n_active, strict=True)])
    movable = movable.sum(0).clamp_min(1.0)
    return [
        _Weight(
            torch.where(length > 0, (a * a).sum(1) / (length * length), 0.0), (n / movable).sqrt()
        )
        for a, length, n in zip(passed.inputs, lengths, n_inputs, strict=True)
    ]
