"""What every pair of tasks contributes, summed over pieces of rows."""

from typing import TYPE_CHECKING, NamedTuple

from jaxtyping import Float

if TYPE_CHECKING:
    from torch import Tensor


SUMS = ("distance", "mass", "abs_cosine", "cosine", "opposite", "mean_product")
"""The sums of `core.values.PairSums` that a measure may read beside the counts."""


class PairTerms(NamedTuple):
    """Sums over every `piece` rows in a row, of the rows labelled for both tasks.

    The fields stand in the order of `core.values.PairSums`.
    """

    n_shared: "Float[Tensor, 'piece source target']"
    distance: "Float[Tensor, 'piece source target']"
    """Σ ‖Δ_source − Δ_target‖₁."""
    mass: "Float[Tensor, 'piece source target']"
    """Σ (‖Δ_source‖₁ + ‖Δ_target‖₁)."""
    abs_cosine: "Float[Tensor, 'piece source target']"
    """Σ |cos(Δ_source, Δ_target)|: 0 where either vanishes, 1 between a task and itself."""
    cosine: "Float[Tensor, 'piece source target']"
    """Σ cos(Δ_source, Δ_target), likewise."""
    opposite: "Float[Tensor, 'piece source target']"
    """Σ (1 − ⟨sgn Δ_source, sgn Δ_target⟩ / m) / 2 where m parameters can move on the row: the
    share of them that the tasks move in opposite directions, one left still by either a half."""


def assemble(
    n_shared: "Float[Tensor, 'piece source target']",
    distance: "Float[Tensor, 'piece source target']",
    one_sided: "Float[Tensor, 'piece source target']",
    abs_cosine: "Float[Tensor, 'piece source target']",
    cosine: "Float[Tensor, 'piece source target']",
    same_sign: "Float[Tensor, 'piece source target']",
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
        likeness.diagonal(dim1=1, dim2=2).copy_(own)
    distance.diagonal(dim1=1, dim2=2).zero_()
    mass = one_sided + one_sided.transpose(1, 2)
    return PairTerms(n_shared, distance, mass, abs_cosine, cosine, (n_shared - same_sign) / 2)


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
    scale = size.unsqueeze(2) * size.unsqueeze(1)
    return torch.where(scale > 0, gram / scale, 0.0).clamp(-1.0, 1.0)
