"""Outputs of several classes in directions of which each curves the loss alone, about.

With the chances p of a row the loss of several classes curves by diag(p) − p pᵀ among its outputs.
Their common direction never curves it (all logits may rise together), and the more a class is
rarer than others, the more a search that steps by class mixes that direction in, which nothing but
the penalty brings back: ten times the steps of a binary task. At the base rates the eigenvectors
of that matrix do not mix at all, the common direction is one of them, and an orthogonal turn leaves
the penalty what it is (ours).
"""

from typing import TYPE_CHECKING, NamedTuple

from jaxtyping import Float

from core.landscape.heads import Heads

if TYPE_CHECKING:
    from torch import Tensor

SMALLEST = 1e-12
"""Share of a class that no row has, so that its direction is one of its own."""


class Turn(NamedTuple):
    """Orthogonal directions of the outputs of every task; the outputs themselves of other kinds."""

    directions: "Float[Tensor, 'task output direction']"
    is_needed: bool
    """Whether any task has several classes."""

    def to_outputs(
        self, place: "Float[Tensor, 'task coordinate direction']"
    ) -> "Float[Tensor, 'task coordinate output']":
        """Weights of the outputs."""
        return place @ self.directions.transpose(1, 2) if self.is_needed else place

    def from_outputs(
        self, slope: "Float[Tensor, 'task coordinate output']"
    ) -> "Float[Tensor, 'task coordinate direction']":
        """The slope by the directions, from that by the weights of the outputs."""
        return slope @ self.directions if self.is_needed else slope

    def curvature(
        self, residual: "Float[Tensor, 'row task output']", value: "Float[Tensor, 'row task']"
    ) -> "Float[Tensor, 'row task direction']":
        """dᵀ (diag(p) − p pᵀ) d of every direction d, for tasks of several classes."""
        import torch

        outputs = torch.arange(residual.shape[-1], device=residual.device)
        chance = residual + (value.unsqueeze(-1) == outputs)
        mean, square = (
            torch.einsum("rto,tod->rtd", chance, part)
            for part in (self.directions, self.directions.square())
        )
        return square - mean.square()


def find_turn(
    heads: Heads, labels: "Float[Tensor, 'row task']", counts: "Float[Tensor, 'row task']"
) -> Turn:
    """The directions at the base rates of some rows.

    Args:
        heads: their kinds and how many outputs are used.
        labels: of the rows.
        counts: what each row counts in the mean of a task; 0 without a label.
    """
    import torch

    n_tasks, _, n_outputs = heads.weight.shape
    plain = torch.eye(n_outputs, dtype=counts.dtype, device=counts.device)
    plain = plain.repeat(n_tasks, 1, 1)
    if not bool(heads.is_multiclass.any()):
        return Turn(plain, False)
    outputs = range(n_outputs)
    rates = torch.stack([(counts * (labels == k)).sum(0) for k in outputs], 1)
    rates = torch.where(heads.used, rates.clamp_min(SMALLEST), 0.0)
    rates = rates / rates.sum(1, keepdim=True)
    curved = torch.diag_embed(rates) - rates.unsqueeze(2) * rates.unsqueeze(1)
    curved = curved + torch.diag_embed(torch.where(heads.used, 0.0, 2.0))  # apart from the others
    directions = torch.linalg.eigh(curved)[1]
    return Turn(torch.where(heads.is_multiclass[:, None, None], directions, plain), True)
