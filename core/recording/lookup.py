"""An embedding: its gradient is not 0 only in the columns of the tokens a sample holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jaxtyping import Float, Int

from core.landscape.layers.pull import MAX_FORMED, Pull

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, eq=False)
class Lookup(Pull):
    """Σ over places p of δ_p e(token_p)ᵀ with unit vectors e.

    Formed over the tokens that a row holds alone, in the order of their first place there, as every
    other column is 0 for all tasks.
    """

    deltas: "Float[Tensor, 'task row place output']"
    tokens: "Int[Tensor, 'row place']"
    n_tokens: int

    @property
    def shape(self) -> tuple[int, int, int, int]:
        n_tasks, n_rows, _, n_outputs = self.deltas.shape
        return n_tasks, n_rows, n_outputs, self.n_tokens

    @property
    def like(self) -> "Tensor":
        return self.deltas

    def formed(self) -> "Iterator[tuple[slice, Float[Tensor, 'task row output input']]]":
        n_tasks, n_rows, n_places, n_outputs = self.deltas.shape
        step = max(1, MAX_FORMED // max(1, n_tasks * n_outputs * n_places))
        for start in range(0, n_rows, step):
            rows = slice(start, start + step)
            tokens = self.tokens[rows]
            same = tokens.unsqueeze(2) == tokens.unsqueeze(1)
            first = same.int().argmax(2)  # the first place with the same token
            own = (first.unsqueeze(2) == _places(tokens)).to(self.deltas.dtype)
            yield rows, self.deltas[:, rows].transpose(2, 3) @ own

    def total(
        self, weight: "Float[Tensor, 'task row'] | None" = None
    ) -> "Float[Tensor, 'task output input']":
        deltas = self.deltas if weight is None else self.deltas * weight[..., None, None]
        n_tasks, _, n_outputs, n_tokens = self.shape
        found = deltas.new_zeros(n_tasks, n_tokens, n_outputs)
        found.index_add_(1, self.tokens.flatten(), deltas.flatten(1, 2))
        return found.transpose(1, 2)

    def sketch(
        self, left: "Float[Tensor, 'side output']", right: "Float[Tensor, 'side input']"
    ) -> "Float[Tensor, 'task row side side']":
        import torch

        return torch.einsum("trpl,rpm->trlm", self.deltas @ left.T, right.T[self.tokens])


def _places(tokens: "Tensor") -> "Tensor":
    import torch

    return torch.arange(tokens.shape[1], device=tokens.device)
