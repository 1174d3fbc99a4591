"""What every pair of tasks contributes, summed over pieces of rows."""

from typing import TYPE_CHECKING, NamedTuple

from jaxtyping import Float

if TYPE_CHECKING:
    from torch import Tensor


SUMS = ("distance", "mass", "abs_cosine", "cosine", "opposite", "mean_product")
"""The sums of `core.values.PairSums` that a measure may read beside the counts."""


SMALLEST = 1e-18
"""Displacements as short as this (L2) count as none: their squares are lost in single precision."""


class PairTerms(NamedTuple):
    """Sums over every `piece` rows in a row, of the rows labelled for both tasks.

    The fields stand in the order of `core.values.PairSums`; what nobody reads may be None.
    """

    n_shared: "Float[Tensor, 'piece source target']"
    distance: "Float[Tensor, 'piece source target'] | None"
    """Σ ‖Δ_source − Δ_target‖₁."""
    mass: "Float[Tensor, 'piece source target'] | None"
    """Σ (‖Δ_source‖₁ + ‖Δ_target‖₁)."""
    abs_cosine: "Float[Tensor, 'piece source target'] | None"
    """Σ |cos(Δ_source, Δ_target)|: 0 where either vanishes, 1 between a task and itself."""
    cosine: "Float[Tensor, 'piece source target'] | None"
    """Σ cos(Δ_source, Δ_target), likewise."""
    opposite: "Float[Tensor, 'piece source target'] | None"
    """Σ (1 − ⟨sgn Δ_source, sgn Δ_target⟩ / m) / 2 where m parameters can move on the row: the
    share of them that the tasks move in opposite directions, one left still by either a half."""

    def stacked(self) -> "Float[Tensor, 'term piece source target']":
        """Those that were made as one tensor, in the order of the fields."""
        import torch

        return torch.stack([part for part in self if part is not None])


def assemble(
    n_shared: "Float[Tensor, 'piece source target']",
    distance: "Float[Tensor, 'piece source target'] | None" = None,
    one_sided: "Float[Tensor, 'piece source target'] | None" = None,
    abs_cosine: "Float[Tensor, 'piece source target'] | None" = None,
    cosine: "Float[Tensor, 'piece source target'] | None" = None,
    same_sign: "Float[Tensor, 'piece source target'] | None" = None,
) -> PairTerms:
    """The terms, exact between a task and itself.

    Args:
        n_shared: rows labelled for both.
        distance: Σ ‖Δ_source − Δ_target‖₁.
        one_sided: Σ ‖Δ_source‖₁.
        abs_cosine: Σ |cos|.
        cosine: Σ cos.
        same_sign: Σ ⟨sgn Δ_source, sgn Δ_target⟩ / m.
    """
    own = n_shared.diagonal(dim1=1, dim2=2)
    for likeness in (abs_cosine, cosine, same_sign):
        if likeness is not None:
            likeness.diagonal(dim1=1, dim2=2).copy_(own)
    if distance is not None:
        distance.diagonal(dim1=1, dim2=2).zero_()
    mass = None if one_sided is None else one_sided + one_sided.transpose(1, 2)
    opposite = None if same_sign is None else (n_shared - same_sign) / 2
    return PairTerms(n_shared, distance, mass, abs_cosine, cosine, opposite)


def gram(
    left: "Float[Tensor, 'row source']", right: "Float[Tensor, 'row target']", piece: int
) -> "Float[Tensor, 'piece source target']":
    """Σ left · right over the rows of each piece."""
    by_piece = left.reshape(-1, piece, left.shape[1]).transpose(1, 2)
    return by_piece @ right.reshape(-1, piece, right.shape[1])


def add_rows(
    terms: "Float[Tensor, 'row source target']", piece: int
) -> "Float[Tensor, 'piece source target']":
    """Sums over the rows of each piece."""
    return terms.reshape(-1, piece, *terms.shape[1:]).sum(1)


def end_to_end(
    vectors: "Float[Tensor, 'task row unit']", piece: int
) -> "Float[Tensor, 'piece task row_unit']":
    """The rows of a piece as one long vector a task."""
    by_piece = vectors.reshape(len(vectors), -1, piece, vectors.shape[-1])
    return by_piece.transpose(0, 1).flatten(2)


def cosines(
    gram: "Float[Tensor, 'row source target']",
) -> "Float[Tensor, 'row source target']":
    """Cosines from inner products; 0 where a displacement vanishes."""
    import torch

    size = gram.diagonal(dim1=1, dim2=2).clamp_min(0).sqrt()
    per_size = torch.where(size > SMALLEST, 1 / size, 0.0)
    scale = per_size.unsqueeze(2) * per_size.unsqueeze(1)
    return scale.mul_(gram).clamp_(-1.0, 1.0)


def square_of(pairs: "Float[Tensor, 'piece pair']", n: int) -> "Float[Tensor, 'piece n n']":
    """The symmetric matrix whose upper triangle, row by row, are `pairs`."""
    import torch

    source, target = torch.triu_indices(n, n, 1, device=pairs.device)
    square = pairs.new_zeros(len(pairs), n, n)
    square[:, source, target] = pairs
    return square + square.transpose(1, 2)
